import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { documentAccess } from './identity/access-document';
import { ProblemResponse } from './platform/http/call';
import { documentReads } from './platform/http/read-document';
import { describeEvents } from './portal/domain/event-document';

const DESCRIPTION = `The service ledger of industrial parks: every ten days somebody visits, and every issue raised gets an answer and an outcome.
企业服务台账:每十天走访一次,事事有回音、件件有落实。

Errors are RFC 9457 problem documents, in Chinese or English by \`Accept-Language\`; \`code\` is stable. An address that is here and does not take a method answers 405 \`method-not-allowed\`, and names those that it takes in \`Allow\`. What cannot be read as HTTP/1.1 is 400 \`unreadable\`. Lists page by cursor, which is good for the caller and the filters that it was made for; a \`Link\` leads to the next page. Reads carry a strong \`ETag\` and take \`If-None-Match\`; \`PATCH\` is JSON merge patch and needs \`If-Match\`.`;

/** The OpenAPI 3.1 document of the running server. */
export function apiDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0').setTitle('Service Ledger · 企业服务台账').setDescription(DESCRIPTION).setVersion('0.1.0')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/', 'This server')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token of a configured issuer. What stands behind it at a call are the roles and scopes of clients that may take it: one of them is enough.' })
    .addTag('Parks', 'Parks, policies, working hours · 园区').addTag('Calendar', 'The national working-day calendar · 工作日历').addTag('Departments', 'Departments · 部门')
    .addTag('Enterprises', 'The register · 企业').addTag('Cadres', 'Who serves, and their leave · 干部').addTag('Assignments', 'Who owes whom visits · 联系分工')
    .addTag('Leaves', 'When a cadre is away, and who stands in · 请假').addTag('Guide', 'Procedures, materials and limits by version · 服务指南')
    .addTag('Visits', 'The visit log · 走访').addTag('Planned visits', 'Who intends to visit whom · 计划走访').addTag('Supervision', 'Lists for those who oversee · 督查')
    .addTag('Tickets', 'Issues from registration to outcome: one call per step, allowed by one table · 问题台账').addTag('Linkages', 'Levels, teams, sessions and what was decided · 三级联动')
    .addTag('Matters', 'What several enterprises share · 共性问题').addTag('Links', 'What enterprises open and answer · 企业链接').addTag('Journal', 'The sealed record and its verification · 存证').addTag('Access log', 'Who read what is masked elsewhere · 访问日志').addTag('Changes', 'What happened, for other systems · 变更订阅').addTag('Clients', 'Machines that get tokens · 机器客户端').addTag('Accounts', 'Who signs in at the built-in issuer · 账号').addTag('Me', 'The caller · 本人').addTag('Health', 'For those who run it · 运行')
    .build();
  const document = SwaggerModule.createDocument(app, config, { extraModels: [ProblemResponse] });
  documentReads(document);
  documentAccess(document);
  return withEvents(withNullsOf31(document) as OpenAPIObject);
}

/** Serves the document at `/openapi.json` and Swagger UI at `/docs`. */
export function addApiDocument(app: NestFastifyApplication): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= apiDocument(app)), { jsonDocumentUrl: 'openapi.json', raw: ['json'], customSiteTitle: 'Service Ledger' });
}

/** What the feed and webhooks tell, which no route's types can say. */
function withEvents(document: OpenAPIObject): OpenAPIObject {
  const { schemas, webhooks } = describeEvents('#/components/schemas/ChangeEvent');
  return { ...document, webhooks, components: { ...document.components, schemas: { ...document.components?.schemas, ...schemas } } } as OpenAPIObject;
}

// 3.1 says "or null" by a list of types; the generator still writes the word of 3.0.
function withNullsOf31(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withNullsOf31);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = node as Record<string, unknown>;
  const mapped: Record<string, unknown> = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withNullsOf31(value)]));
  if (nullable !== true) return nullable === undefined ? mapped : { ...mapped, nullable };
  if (typeof mapped['type'] === 'string') return { ...mapped, type: [mapped['type'], 'null'], ...(Array.isArray(mapped['enum']) ? { enum: [...(mapped['enum'] as unknown[]), null] } : {}) };
  if (Array.isArray(mapped['allOf'])) {
    const { allOf, ...others } = mapped;
    return { ...others, anyOf: [...(allOf as unknown[]), { type: 'null' }] };
  }
  return mapped;
}
