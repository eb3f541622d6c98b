import { Injectable } from '@nestjs/common';
import type { Actor } from '../../kernel/actor';
import { Problem } from '../../kernel/problem';
import { Database, type Statement } from '../db/database';
import { newId } from '../ids';
import { type Broken, type BrokenReason, CHAIN_BEGINNING, type ChainPoint, followChain, type SealedEntry } from './chain';
import { APPENDED_COLUMNS, sealColumns } from './journal-rows';
import { JournalVerification } from './journal-verification.entity';

/** How far a chain is sealed: number 0 and no more while nothing is. */
export interface Head {
  readonly number: number;
  readonly hash: Buffer | null;
  readonly algorithm: string | null;
  readonly sealedAt: string | null;
}

/** What was found in the entries `from` to `to`: those that were looked at. `to` is `from - 1` when there were none. */
export interface Verdict {
  readonly valid: boolean;
  readonly from: number;
  readonly to: number;
  readonly firstBroken?: Broken;
}

export interface RecordedVerdict {
  readonly at: Date;
  readonly from: number;
  readonly to: number;
  readonly valid: boolean;
  readonly firstBroken: Broken | null;
}

/** From where the nightly verification of a park goes on. */
export interface Place {
  readonly verified: ChainPoint;
  readonly walkedTo: number;
}

export interface Range {
  readonly from?: number;
  /** How many entries at most are looked at; unset: all. */
  readonly most?: number;
  /** A head that was exported earlier. It is compared whatever the range is. */
  readonly expected?: ChainPoint;
  /** When the caller does not want to know any more: the verdict is then of what was looked at until then. */
  readonly until?: AbortSignal;
}

// Some 20 ms of hashing, in which the process does nothing else; no connection is held between two.
const PAGE = 500;

/** The head, and what is wrong with it: whether it fits its entry, and the first sealed entry that lies beyond it. */
interface HeadRow extends Head {
  readonly entryId: string | null;
  readonly fits: boolean;
  readonly surplusId: string | null;
  readonly surplusNumber: number | null;
}

/** Whoever owns the table can take a hash away. */
interface PointRow {
  readonly id: string;
  readonly number: number;
  readonly hash: Buffer | null;
}

/** Checks the chains of the journal, from any place on, against what is stored and against heads that were kept elsewhere. */
@Injectable()
export class Verification {
  constructor(private readonly database: Database) {}

  async head(actor: Actor, parkId: string): Promise<Head> {
    const [row] = await this.database.read<HeadRow>(actor, headOf(parkId));
    return { number: row?.number ?? 0, hash: row?.hash ?? null, algorithm: row?.algorithm ?? null, sealedAt: row?.sealedAt ?? null };
  }

  /**
   * Follows the chain of the park. The head is compared when the range reaches it, one that was kept elsewhere always; the first broken number is told,
   * with its entry if there is one. Problem `malformed` for a range that begins further on than the chain goes, where nothing is wrong.
   */
  async verify(actor: Actor, parkId: string, { from = 1, most = Number.MAX_SAFE_INTEGER, expected, until }: Range = {}): Promise<Verdict> {
    // The head first: what is sealed between the two is not missing.
    const [[head], [stored]] = await this.database.readAll<[HeadRow, PointRow]>(actor, [headOf(parkId), hashAt(parkId, from - 1)]);
    const end = head?.number ?? 0;
    const before = beginningAt(from - 1, stored);
    const beyond = stored === undefined && from - 1 > end;
    const { point, broken } = 'reason' in before ? { point: { number: from - 1 }, broken: beyond ? undefined : before }
      : await this.#follow(actor, parkId, before, Math.min(end, from - 1 + most), until);
    const compared = expected === undefined ? undefined : await this.#compare(actor, parkId, expected, end);
    // What was altered and hashed anew fits together until a later entry; a head that was kept outside proves that the fault lies before it.
    const found = first(broken ?? (point.number >= end ? faultOf(head) : undefined), compared);
    if (found === undefined && beyond) throw new Problem('malformed', { errors: [{ pointer: '/query/from', code: 'range', params: { min: 1, max: end + 1 } }] });
    return found === undefined ? { valid: true, from, to: point.number } : brokenAt(from, point.number, found);
  }

  /** Where the last verification stands that found nothing wrong; the beginning of the chain while there is none. */
  async place(actor: Actor, parkId: string): Promise<Place> {
    const [row] = await this.database.read<{ number: number; hash: Buffer; walkedTo: number }>(actor, { name: 'journal-verification-place', text: PLACE, values: [parkId] });
    return row === undefined ? { verified: CHAIN_BEGINNING, walkedTo: 0 } : { verified: { number: row.number, hash: row.hash }, walkedTo: row.walkedTo };
  }

  /** The hash that an entry has. */
  async pointAt(actor: Actor, parkId: string, number: number): Promise<ChainPoint | undefined> {
    if (number === 0) return CHAIN_BEGINNING;
    const [row] = await this.database.read<PointRow>(actor, hashAt(parkId, number));
    return row === undefined || row.hash === null ? undefined : { number, hash: row.hash };
  }

  /** Every park, those first that were verified longest ago. */
  async parksByAgeAsSystem(system: Actor): Promise<readonly string[]> {
    const rows = await this.database.read<{ id: string }>(system, { name: 'journal-verification-ages', text: BY_AGE, values: [] });
    return rows.map(({ id }) => id);
  }

  /** Keeps what was found, for whoever asks for the head, and from where to go on. */
  async record(actor: Actor, parkId: string, verdict: Verdict, now: Date, place?: Place): Promise<void> {
    const { valid, from, to, firstBroken } = verdict;
    const last = await this.lastRecorded(actor, parkId);
    // Later than the one before, whatever the clock of the process that made that one said: the last is what people are shown.
    const at = new Date(Math.max(now.getTime(), (last?.at.getTime() ?? 0) + 1));
    await this.database.transact(actor, async (em) => em.insert(JournalVerification, {
      id: newId(now), parkId, at, fromNumber: from, toNumber: to, valid,
      firstBrokenNumber: firstBroken?.number ?? null, firstBrokenEntryId: firstBroken?.entryId ?? null, firstBrokenReason: firstBroken?.reason ?? null,
      verifiedTo: place?.verified.number ?? null, verifiedHash: place?.verified.hash ?? null, walkedTo: place?.walkedTo ?? null,
    }));
  }

  async lastRecorded(actor: Actor, parkId: string): Promise<RecordedVerdict | undefined> {
    const [row] = await this.database.read<{ at: Date; from: number; to: number; valid: boolean; number: number | null; entryId: string | null; reason: BrokenReason | null }>(actor, {
      name: 'journal-last-verification', text: LAST_VERIFICATION, values: [parkId],
    });
    if (row === undefined) return undefined;
    const { at, from, to, valid, number, entryId, reason } = row;
    return { at, from, to, valid, firstBroken: number === null || reason === null ? null : { number, entryId, reason } };
  }

  async #follow(actor: Actor, parkId: string, before: ChainPoint, last: number, until?: AbortSignal): Promise<{ point: ChainPoint; broken?: Broken }> {
    // Whatever has a number below the first is found with the first.
    let after = before.number === 0 ? Number.MIN_SAFE_INTEGER : before.number;
    let point = before;
    while (point.number < last && until?.aborted !== true) {
      const upTo = Math.min(last, point.number + PAGE);
      const entries = await this.database.read<SealedEntry>(actor, { name: 'journal-page', text: SEALED_PAGE, values: [parkId, after, upTo] });
      const followed = followChain(point, entries, upTo);
      if (followed.broken !== undefined) return followed;
      ({ point } = followed);
      after = point.number;
    }
    return { point };
  }

  async #compare(actor: Actor, parkId: string, expected: ChainPoint, end: number): Promise<Broken | undefined> {
    if (expected.number > end) return { number: end + 1, entryId: null, reason: 'missing' };
    const [row] = await this.database.read<PointRow>(actor, hashAt(parkId, expected.number));
    if (row === undefined) return { number: expected.number, entryId: null, reason: 'missing' };
    return row.hash?.equals(expected.hash) === true ? undefined : { number: expected.number, entryId: row.id, reason: 'expected-differs' };
  }
}

/** The place from which to go on, or what is wrong with it. */
function beginningAt(number: number, stored: PointRow | undefined): ChainPoint | Broken {
  if (number === 0) return CHAIN_BEGINNING;
  if (stored === undefined) return { number, entryId: null, reason: 'missing' };
  return stored.hash === null ? { number, entryId: stored.id, reason: 'altered' } : { number, hash: stored.hash };
}

function first(one: Broken | undefined, other: Broken | undefined): Broken | undefined {
  return one === undefined || (other !== undefined && other.number < one.number) ? other : one;
}

function brokenAt(from: number, to: number, firstBroken: Broken): Verdict {
  return { valid: false, from, to, firstBroken };
}

function faultOf(head: HeadRow | undefined): Broken | undefined {
  if (head === undefined) return undefined;
  if (head.number > 0 && !head.fits) return { number: head.number, entryId: head.entryId, reason: 'head-differs' };
  return head.surplusNumber === null ? undefined : { number: head.surplusNumber, entryId: head.surplusId, reason: 'surplus' };
}

function headOf(parkId: string): Statement {
  return { name: 'journal-head', text: HEAD, values: [parkId] };
}

function hashAt(parkId: string, number: number): Statement {
  return { name: 'journal-hash-at', text: 'SELECT id, number, hash FROM journal_entry WHERE park_id = $1 AND number = $2', values: [parkId, number] };
}

// One statement and so one moment: the sealer moves entries and head together.
const HEAD = `
  SELECT coalesce(h.number, 0) AS number, h.hash, h.algorithm, h."sealedAt", e.id AS "entryId",
    coalesce(e.hash = h.hash AND e.algorithm = h.algorithm AND e.sealed_at = h.sealed_at, false) AS fits, s.id AS "surplusId", s.number AS "surplusNumber"
  FROM (SELECT $1::uuid AS park_id) p
  LEFT JOIN LATERAL (SELECT ${sealColumns('h')}, h.sealed_at FROM journal_head h WHERE h.park_id = p.park_id) h ON true
  LEFT JOIN journal_entry e ON e.park_id = p.park_id AND e.number = h.number
  LEFT JOIN LATERAL (
    SELECT n.id, n.number FROM journal_entry n WHERE n.park_id = p.park_id AND n.number > coalesce(h.number, 0) ORDER BY n.number LIMIT 1
  ) s ON true
`;

// A range and not a limit: what bears a number twice is not cut off at the end of a page.
const SEALED_PAGE = `
  SELECT ${APPENDED_COLUMNS}, ${sealColumns('j')} FROM journal_entry j
  WHERE j.park_id = $1 AND j.number > $2 AND j.number <= $3 ORDER BY j.number, j.id
`;

const LAST_VERIFICATION = `
  SELECT at, from_number AS "from", to_number AS "to", valid, first_broken_number AS number, first_broken_entry_id AS "entryId", first_broken_reason AS reason
  FROM journal_verification WHERE park_id = $1 ORDER BY at DESC, id DESC LIMIT 1
`;

const PLACE = `
  SELECT verified_to AS number, verified_hash AS hash, coalesce(walked_to, 0) AS "walkedTo"
  FROM journal_verification WHERE park_id = $1 AND valid AND verified_hash IS NOT NULL ORDER BY at DESC, id DESC LIMIT 1
`;

const BY_AGE = `
  SELECT p.id FROM park p LEFT JOIN LATERAL (SELECT v.at FROM journal_verification v WHERE v.park_id = p.id ORDER BY v.at DESC, v.id DESC LIMIT 1) last ON true
  ORDER BY last.at NULLS FIRST, p.id
`;
