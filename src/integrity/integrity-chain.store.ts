import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor';
import type { Day } from '../kernel/day';
import { Database } from '../platform/db/database';
import { newId } from '../platform/ids';
import { type AppendedEntry, CHAIN_BEGINNING, type HashAlgorithm, hashOf, type SealedEntry } from '../platform/journal/chain';
import { findUnfit, type JournalData } from '../platform/journal/journal-data';
import { APPENDED_COLUMNS, sealColumns } from '../platform/journal/journal-rows';
import { WALL } from './wall.store';

/** What happened behind the wall. Ids, codes, dates, numbers and flags, as in the journal. */
export interface IntegrityHappening {
  readonly type: string;
  readonly parkId: string;
  readonly subject: { readonly type: 'report' | 'declaration' | 'recusal' | 'cadre'; readonly id: string };
  readonly at: Date;
  readonly effectiveOn: Day;
  readonly data?: JournalData;
}

interface Head {
  readonly number: number;
  readonly hash: Buffer;
}

export interface StoredHead extends Head {
  readonly algorithm: string;
  readonly sealedAt: string;
}

/** The chain of each park: numbered and hashed in the transaction of what it tells, since little happens here and all of it must be found. */
@Injectable()
export class IntegrityChainStore {
  constructor(private readonly database: Database, private readonly algorithm: HashAlgorithm) {}

  /** One writer a park at a time, until the transaction ends. Also for whoever must know that nobody else decides the same. */
  async lock(em: EntityManager, parkId: string): Promise<void> {
    await em.query("SELECT pg_advisory_xact_lock(hashtextextended('integrity ' || $1::text, 0))", [parkId]);
  }

  /** Appends one entry behind the wall, last in its transaction, so that the lock is short. */
  async append(em: EntityManager, actor: Actor, { type, parkId, subject, at, effectiveOn, data = {} }: IntegrityHappening): Promise<void> {
    const unfit = findUnfit(data);
    if (unfit !== undefined) throw new Error(`The chain takes ids, codes, dates, numbers and flags alone: ${type} has something else at ${unfit}`);
    await this.lock(em, parkId);
    const [head]: Head[] = await em.query('SELECT number, hash FROM integrity_head WHERE park_id = $1', [parkId]);
    const before = head ?? CHAIN_BEGINNING;
    const number = before.number + 1;
    // As PostgreSQL prints it, which is what a verification will read.
    const [written]: (AppendedEntry & { sealedAt: string })[] = await em.query(PRINTED, [
      newId(at), parkId, number, type, at, effectiveOn, actor.kind, actor.id, subject.type, subject.id, JSON.stringify(data), actor.requestId,
    ]);
    if (written === undefined) throw new Error('a row without a form');
    const { sealedAt, ...entry } = written;
    const hash = hashOf(before.hash, entry, { number, algorithm: this.algorithm, sealedAt });
    await em.query(INSERT, [entry.id, parkId, number, type, at, effectiveOn, actor.kind, actor.id, subject.type, subject.id, JSON.stringify(data), actor.requestId, hash, this.algorithm]);
    await em.query(ADVANCE, [parkId, number, hash, this.algorithm, at]);
  }

  async head(actor: Actor, parkId: string): Promise<StoredHead | undefined> {
    const [, [row]] = await this.database.readAll<[object, StoredHead]>(actor, [WALL, {
      name: 'integrity-head', text: `SELECT ${sealColumns('h')} FROM integrity_head h WHERE h.park_id = $1`, values: [parkId],
    }]);
    return row;
  }

  /** Entries after a number, in order, so many at most. */
  async page(actor: Actor, parkId: string, after: number, limit: number): Promise<SealedEntry[]> {
    const [, entries] = await this.database.readAll<[object, SealedEntry]>(actor, [WALL, { name: 'integrity-page', text: PAGE, values: [parkId, after, limit] }]);
    return entries;
  }
}

const PRINTED = `
  SELECT ${APPENDED_COLUMNS}, to_char(j.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "sealedAt"
  FROM (SELECT $1::uuid AS id, $2::uuid AS park_id, $3::bigint AS position, $4::text AS type, $5::timestamptz AS recorded_at, $6::date AS effective_on, $7::text AS actor_kind, $8::text AS actor_id,
    $9::text AS subject_type, $10::uuid AS subject_id, $11::jsonb AS data, $12::text AS request_id) j
`;

const INSERT = `
  INSERT INTO integrity_entry (id, park_id, number, type, recorded_at, effective_on, actor_kind, actor_id, subject_type, subject_id, data, request_id, hash, algorithm, sealed_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $5)
`;

// A clock that was set back does not take the head back.
const ADVANCE = `
  INSERT INTO integrity_head (park_id, number, hash, algorithm, sealed_at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (park_id) DO UPDATE SET number = excluded.number, hash = excluded.hash, algorithm = excluded.algorithm, sealed_at = greatest(integrity_head.sealed_at, excluded.sealed_at)
`;

const PAGE = `
  SELECT ${APPENDED_COLUMNS}, ${sealColumns('j')} FROM (SELECT e.*, e.number AS position FROM integrity_entry e WHERE e.park_id = $1 AND e.number > $2) j ORDER BY j.number LIMIT $3
`;
