import { Injectable } from '@nestjs/common';
import type { Actor } from '../kernel/actor';
import { Database, type Statement } from '../platform/db/database';
import type { SealedEntry } from './domain/change-event';
import type { Positions } from './domain/feed-cursor';
import { cutPage, depthOf } from './domain/feed-page';

/** What is read: the parks with the position in each (0 where none has been read), and the journal's types if not all. */
export interface FeedReading {
  readonly from: Positions;
  readonly entryTypes: readonly string[] | undefined;
  readonly limit: number;
}

export interface FeedPage {
  readonly entries: readonly SealedEntry[];
  readonly next: Positions;
  /** The number of the last sealed entry of each park that has any, in the same snapshot. */
  readonly heads: Positions;
}

type EntryRow = { readonly [K in keyof SealedEntry]: K extends 'parkId' ? string : SealedEntry[K] | null };
type PageRow = EntryRow & { readonly head: number | null };

/** Reads the sealed journal. */
@Injectable()
export class Changes {
  constructor(private readonly database: Database) {}

  /** Entries after the positions, by time of sealing, park and number; those of a park by number alone, since that time never goes back in a park. */
  async read(actor: Actor, reading: FeedReading): Promise<FeedPage> {
    const { from, entryTypes, limit } = reading;
    const depth = depthOf(limit, from.size * (entryTypes?.length ?? 1));
    const rows = await this.database.read<PageRow>(actor, pageStatement(reading, depth));
    const heads = new Map(rows.flatMap(({ parkId, head }) => (head === null ? [] : [[parkId, head] as const])));
    const read = rows.filter(isEntry).map((row) => ({ ...row, stream: entryTypes === undefined ? row.parkId : `${row.parkId} ${row.type}` }));
    const { page, next } = cutPage(read, { limit, depth, from, heads });
    return { entries: page, next, heads };
  }

  /** The number of the last sealed entry of each park that has any. */
  async headsAsSystem(actor: Actor, parkIds: readonly string[]): Promise<Positions> {
    const rows = await this.database.read<{ parkId: string; head: number }>(actor, { name: 'changes-heads', text: HEADS, values: [parkIds] });
    return new Map(rows.map(({ parkId, head }) => [parkId, head]));
  }
}

function isEntry(row: PageRow): row is PageRow & SealedEntry {
  return row.id !== null;
}

/** Exported for the test that looks at its plan. */
export function pageStatement({ from, entryTypes, limit }: FeedReading, depth: number): Statement {
  return {
    name: entryTypes === undefined ? 'changes' : 'changes-of-types',
    text: entryTypes === undefined ? PAGE : PAGE_OF_TYPES,
    values: [[...from.keys()], [...from.values()], limit, depth, ...(entryTypes === undefined ? [] : [entryTypes])],
  };
}

const HEAD = 'SELECT j.number AS head FROM journal_entry j WHERE j.park_id = p.park_id AND j.number IS NOT NULL ORDER BY j.number DESC LIMIT 1';
const HEADS = `SELECT p.park_id AS "parkId", h.head FROM unnest($1::uuid[]) AS p(park_id) CROSS JOIN LATERAL (${HEAD}) h`;
const PAGE = pageSql('', '');
// One stream per park and type: however rare a type is, nothing is read that does not belong to it.
const PAGE_OF_TYPES = pageSql('CROSS JOIN unnest($5::text[]) AS t(type)', 'AND j.type = t.type');

// Heads and page are of one snapshot: what is not on a page that reaches the heads does not exist below them. Each stream is a walk of one index.
function pageSql(types: string, ofType: string): string {
  return `
    WITH reader AS (SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS p(park_id, number)),
    page AS (
      SELECT e.* FROM reader p ${types} CROSS JOIN LATERAL (
        SELECT j.* FROM journal_entry j WHERE j.park_id = p.park_id ${ofType} AND j.number > p.number AND j.number IS NOT NULL ORDER BY j.number LIMIT $4
      ) e ORDER BY e.sealed_at, e.park_id, e.number LIMIT $3
    )
    SELECT p.park_id AS "parkId", h.head, e.id, e.number, e.type, e.recorded_at AS "recordedAt", e.effective_on AS "effectiveOn", e.actor_kind AS "actorKind", e.actor_id AS "actorId",
           e.subject_type AS "subjectType", e.subject_id AS "subjectId", e.data, e.sealed_at AS "sealedAt", encode(e.hash, 'hex') AS hash
    FROM reader p LEFT JOIN LATERAL (${HEAD}) h ON true LEFT JOIN page e ON e.park_id = p.park_id
    ORDER BY e.sealed_at, p.park_id, e.number`;
}
