import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Response = Exclude<Operation['responses'][string], { $ref: string } | undefined>;
type Schema = Exclude<NonNullable<NonNullable<Response['content']>[string]['schema']>, { $ref: string }>;

const TAG = { description: 'Strong entity tag: the version, where the resource has one, and a digest of the body.', schema: { type: 'string' as const }, example: '"1-q1MKE-vRpLAHKN4R"' };
const IF_NONE_MATCH = { name: 'If-None-Match', in: 'header' as const, required: false, description: 'ETags of bodies that the client has: 304 if nothing else would be sent.', schema: { type: 'string' as const }, example: '"1-q1MKE-vRpLAHKN4R"' };
const LINK = { description: 'The next page, with `rel="next"`; absent on the last.', schema: { type: 'string' as const }, example: '</api/v1/parks?limit=50&cursor=eyJrIjpbXX0>; rel="next"' };
const TOTAL = { type: 'integer' as const, minimum: 0, description: 'How many items all pages have together; only with `count=true`.', example: 128 };

/** Adds to the document what holds for every call of a kind and is said nowhere else: conditional reads, tags of versions, pages. */
export function documentReads(document: OpenAPIObject): void {
  for (const [path, { get, ...others }] of Object.entries(document.paths)) {
    // What anybody may open is no resource of a caller's: nobody keeps it.
    if (!path.startsWith('/api/') || path.startsWith('/api/v1/public/')) continue;
    if (get !== undefined) documentRead(get);
    for (const operation of [others.post, others.put, others.patch]) if (operation !== undefined) documentVersion(operation, document);
  }
}

function documentRead(operation: Operation): void {
  operation.parameters = [...(operation.parameters ?? []), IF_NONE_MATCH];
  operation.responses['304'] = { description: 'The client has it: `If-None-Match` names its ETag. No body.', headers: { ETag: TAG } };
  const pages = operation.parameters.some((parameter) => 'name' in parameter && parameter.name === 'cursor');
  const success = operation.responses['200'] as Response;
  success.headers = { ...success.headers, ETag: TAG, ...(pages ? { Link: LINK } : {}) };
  if (!pages) return;
  const schema = success.content?.['application/json']?.schema as Schema;
  schema.properties = { ...schema.properties, total: TOTAL };
}

function documentVersion(operation: Operation, document: OpenAPIObject): void {
  for (const response of Object.entries(operation.responses).flatMap(([status, one]) => (status.startsWith('2') ? [one as Response] : []))) {
    const schema = response.content?.['application/json']?.schema;
    const name = schema !== undefined && '$ref' in schema ? schema.$ref.split('/').at(-1) : undefined;
    const described = name === undefined ? undefined : document.components?.schemas?.[name];
    if (described !== undefined && 'properties' in described && described.properties?.['version'] !== undefined) response.headers = { ...response.headers, ETag: TAG };
  }
}
