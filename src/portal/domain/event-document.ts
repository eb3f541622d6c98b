import { dataSchema } from './event-data';
import { EVENT_TYPES, type EventType, eventName, schemaUrn } from './event-types';
import type { JsonObject } from './json';

/** The documents that say which events there are; both come from the catalogue alone. */

/** Schemas of the data by name, and a webhook per type, for an OpenAPI 3.1 document whose schema of an event has the given reference. */
export function describeEvents(event: string): { readonly schemas: JsonObject; readonly webhooks: JsonObject } {
  return {
    schemas: Object.fromEntries(EVENT_TYPES.map((type) => [schemaName(type), dataSchema(type.fields)])),
    webhooks: Object.fromEntries(EVENT_TYPES.map((type) => [eventName(type), webhookOf(type, event)])),
  };
}

function webhookOf(type: EventType, event: string): JsonObject {
  return {
    post: {
      operationId: `on${schemaName(type).replace(/Data$/, '')}`, tags: ['Changes'], summary: `${type.en} · ${type.zh}`,
      description: `An item of \`GET /changes\`. ${whoIsTold(type)}`,
      security: [],
      requestBody: {
        required: true,
        content: {
          'application/cloudevents+json': {
            schema: {
              allOf: [{ $ref: event }, { type: 'object', properties: { type: { const: eventName(type) }, dataschema: { const: schemaUrn(type) }, data: { $ref: `#/components/schemas/${schemaName(type)}` } } }],
            },
          },
        },
      },
      responses: { '2XX': { description: 'Taken.' }, '4XX': { description: 'Refused.' } },
    },
  };
}

/** The table of types in docs/integration.md. */
export function eventTable(): string {
  return [
    '| type | what happened | data | a client reads the data with |', '|---|---|---|---|',
    ...EVENT_TYPES.map((type) => `| \`${eventName(type)}\` | ${type.en}<br>${type.zh} | ${fieldsOf(type)} | ${scopesOf(type) ?? 'no scope'} |`),
  ].join('\n');
}

function fieldsOf({ fields }: EventType): string {
  const shown = Object.entries(fields).map(([name, { kind, nullable, optional, clientsOnly }]) => `\`${name}\`${optional === true ? '?' : ''} ${kind}${nullable === true ? ' or null' : ''}${clientsOnly === true ? ' (clients)' : ''}`);
  return shown.length === 0 ? 'none' : shown.join(', ');
}

function whoIsTold(type: EventType): string {
  const scopes = scopesOf(type);
  return scopes === undefined ? 'No client is told its data: people read that.' : `A client is told its data with ${scopes}.`;
}

function scopesOf({ scopes, about }: EventType): string | undefined {
  if (about !== undefined) return Object.entries(about).map(([field, scope]) => `\`${scope}\` where \`${field}\` is not null`).join(', ');
  return scopes.length === 0 ? undefined : scopes.map((scope) => `\`${scope}\``).join(' or ');
}

/** visit.participation_confirmed, version 1: VisitParticipationConfirmedV1Data. */
function schemaName({ entry, version }: EventType): string {
  const words = entry.split(/[._-]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}V${version}Data`;
}
