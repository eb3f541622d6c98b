import type { Actor, ClientScope } from '../../kernel/actor';
import type { Day } from '../../kernel/day';
import { describedData } from './event-data';
import { type EventType, findByEntryType, nameOfEntryType, schemaUrn } from './event-types';
import type { JsonObject } from './json';

/** A sealed entry as the journal holds it. */
export interface SealedEntry {
  readonly id: string;
  readonly parkId: string;
  readonly number: number;
  readonly type: string;
  readonly recordedAt: Date;
  readonly effectiveOn: Day;
  readonly actorKind: string;
  readonly actorId: string;
  readonly subjectType: string;
  readonly subjectId: string;
  readonly data: JsonObject;
  readonly sealedAt: Date;
  /** Hexadecimal. */
  readonly hash: string;
}

/** A CloudEvent 1.0 in its JSON format. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly parkid: string;
  readonly sequence: string;
  readonly effectiveon: Day;
  readonly actorkind: string;
  readonly actorid: string;
  readonly sealedat: string;
  readonly hash: string;
  readonly datacontenttype?: 'application/json';
  readonly dataschema?: string;
  readonly data?: JsonObject;
}

/**
 * The entry as the reader may know it. That it happened, when and to what, everybody knows who reads the feed at all. The data of a type goes to
 * people and to clients with one of its scopes, and of it only what the catalogue describes; so an entry of an unknown type is told without any.
 * What is for clients alone, a person is told neither as data nor as who did it: a grade is nobody's to see who handles the ticket, and the feed does
 * not ask who does.
 */
export function toCloudEvent(entry: SealedEntry, reader: Pick<Actor, 'kind' | 'scopes'>): CloudEvent {
  const type = findByEntryType(entry.type);
  const forClient = reader.kind === 'client';
  const unnamed = !forClient && type !== undefined && Object.values(type.fields).some(({ clientsOnly }) => clientsOnly === true);
  const mayKnow = type !== undefined && (!forClient || isTold(type, entry.data, reader.scopes));
  return {
    specversion: '1.0',
    id: entry.id,
    source: `urn:service-ledger:park:${entry.parkId}`,
    type: nameOfEntryType(entry.type),
    subject: `${entry.subjectType}/${entry.subjectId}`,
    time: entry.recordedAt.toISOString(),
    parkid: entry.parkId,
    sequence: String(entry.number),
    effectiveon: entry.effectiveOn,
    actorkind: unnamed ? 'enterprise' : entry.actorKind,
    actorid: unnamed ? 'enterprise' : entry.actorId,
    sealedat: entry.sealedAt.toISOString(),
    hash: entry.hash,
    ...(mayKnow ? { datacontenttype: 'application/json', dataschema: schemaUrn(type), data: describedData(type.fields, entry.data, forClient) } : {}),
  };
}

/** By the scopes of the type, and by what this entry is about. */
function isTold({ scopes, about = {} }: EventType, data: JsonObject, granted: readonly ClientScope[]): boolean {
  const needed = Object.entries(about).filter(([field]) => (data[field] ?? null) !== null).map(([, scope]) => scope);
  return scopes.some((scope) => granted.includes(scope)) && needed.every((scope) => granted.includes(scope));
}
