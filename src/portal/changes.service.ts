import { Injectable } from '@nestjs/common';
import { type Actor, callerOf, parkOf, parksUnnamed } from '../kernel/actor';
import { Problem } from '../kernel/problem';
import { Changes, type FeedPage, type FeedReading } from './changes.query';
import type { ChangesQuery, ChangesResponse } from './changes.dto';
import { toCloudEvent } from './domain/change-event';
import { entryTypeOf, EVENT_TYPES, eventName, findByName } from './domain/event-types';
import { type FeedFilter, type Positions, readCursor, writeCursor } from './domain/feed-cursor';
import { SealWatch } from './seal-watch';
import { WakingReads } from './waking-reads';

const DEFAULT_LIMIT = 50;
const MOST_PARKS = 100;
// A waiting reader costs a socket and some hundred bytes. A caller needs one or a few; those who keep more forget to hang up.
const MOST_WAITING = 2_000;
const MOST_WAITING_OF_ONE = 20;

interface Request {
  readonly actor: Actor;
  readonly filter: FeedFilter;
  /** Every park that the cursor speaks of or will: those that the reader has lost keep their place. */
  readonly positions: Positions;
  readonly reading: FeedReading;
}

/** Who reads: as they were when they came, and as they are when they have waited. */
export interface Reader {
  readonly actor: Actor;
  readonly actorNow: () => Promise<Actor>;
}

/** The change feed. */
@Injectable()
export class ChangesService {
  readonly #waitingOf = new Map<string, number>();
  readonly #reads: WakingReads;

  constructor(private readonly changes: Changes, private readonly watch: SealWatch) {
    this.#reads = new WakingReads(changes);
  }

  /**
   * What was sealed after the cursor; while there is nothing, it waits up to `wait` seconds, or until `gone`. Problems: `cursor-invalid` for a
   * cursor that is damaged, of another filter, or beyond what has been sealed; `park-required` for more than 100 parks, and for a machine client that
   * does not reach its home and names no other; `not-found` for a park outside the scope; `malformed` for an unknown type; `too-many-requests` for
   * whoever has 20 waiting; `busy` when 2,000 wait; those of `actorNow` for whoever may not read any more after they have waited.
   */
  async list({ actor, actorNow }: Reader, query: ChangesQuery, gone: AbortSignal): Promise<ChangesResponse> {
    const request = requestOf(actor, query);
    const mark = this.watch.mark();
    const page = await this.changes.read(actor, request.reading);
    refuseBeyond(request, page.heads);
    if (page.entries.length > 0 || !query.wait) return answer(request, page);
    const waited = await this.#wait(request, { page, mark }, AbortSignal.any([gone, AbortSignal.timeout(query.wait * 1_000)]));
    // Nothing was read since the reader came.
    return waited === page ? answer(request, page) : this.#answerNow(await actorNow(), request, query, waited);
  }

  /** What was sealed meanwhile is told to the reader as they are now: also that something was is nobody's to know whose right to read has ended. */
  async #answerNow(actor: Actor, before: Request, query: ChangesQuery, page: FeedPage): Promise<ChangesResponse> {
    const request = requestOf(actor, query);
    if (isSame([...request.reading.from.keys()], [...before.reading.from.keys()])) return answer(request, page);
    const read = await this.changes.read(actor, request.reading);
    refuseBeyond(request, read.heads);
    return answer(request, read);
  }

  async #wait(request: Request, first: { page: FeedPage; mark: number }, until: AbortSignal): Promise<FeedPage> {
    const reader = callerOf(request.actor);
    const waiting = this.#waitingOf.get(reader) ?? 0;
    if (waiting >= MOST_WAITING_OF_ONE) throw new Problem('too-many-requests', { retryAfterSeconds: 1 });
    if (this.watch.waiting >= MOST_WAITING) throw new Problem('busy', { retryAfterSeconds: 5 });
    this.#waitingOf.set(reader, waiting + 1);
    try {
      return await this.#untilSomething(request, first, until);
    } finally {
      const others = (this.#waitingOf.get(reader) ?? 1) - 1;
      if (others > 0) this.#waitingOf.set(reader, others);
      else this.#waitingOf.delete(reader);
    }
  }

  async #untilSomething({ actor, reading }: Request, first: { page: FeedPage; mark: number }, until: AbortSignal): Promise<FeedPage> {
    const parkIds = [...reading.from.keys()];
    for (let { page, mark } = first; ;) {
      await this.watch.wait(parkIds, page.heads, mark, until);
      if (until.aborted || this.watch.closed) return page;
      mark = this.watch.mark();
      const read = await this.#reads.read(actor, { ...reading, from: page.next }, mark, until);
      if (read === undefined) return page;
      page = read;
      if (page.entries.length > 0) return page;
    }
  }
}

function requestOf(actor: Actor, query: ChangesQuery): Request {
  const types = typesOf(query.types);
  const filter: FeedFilter = { ...(query.parkId === undefined ? {} : { parkId: query.parkId }), ...(types === undefined ? {} : { types: types.map(eventName) }) };
  const known = query.after === undefined || query.after === '' ? new Map<string, number>() : readCursor(filter, query.after);
  if (known === undefined) throw Problem.at('cursor-invalid', '/query/after');
  const parkIds = query.parkId === undefined ? [...parksUnnamed(actor)].sort() : [parkOf(actor, query.parkId)];
  if (actor.parkIds.length === 0) throw new Problem('not-found');
  if (parkIds.length === 0 || new Set([...parkIds, ...known.keys()]).size > MOST_PARKS) throw Problem.at('park-required', '/query/parkId');
  const from = new Map(parkIds.map((parkId) => [parkId, known.get(parkId) ?? 0]));
  return { actor, filter, positions: known, reading: { from, entryTypes: types?.map(entryTypeOf), limit: query.limit ?? DEFAULT_LIMIT } };
}

function typesOf(text: string | undefined): { entry: string; version: number }[] | undefined {
  if (text === undefined) return undefined;
  return [...new Set(text.split(',').map((name) => name.trim()))].sort().map((name) => {
    const known = findByName(name);
    if (known === undefined) throw new Problem('malformed', { errors: [{ pointer: '/query/types', code: 'choice', params: { choices: EVENT_TYPES.map(eventName).join(', ') } }] });
    return known;
  });
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}

/** A reader who has had what does not exist (any more) would be told nothing until other entries bear those numbers, and so would miss them. */
function refuseBeyond({ reading }: Request, heads: Positions): void {
  for (const [parkId, number] of reading.from) if (number > (heads.get(parkId) ?? 0)) throw Problem.at('cursor-invalid', '/query/after');
}

function answer({ actor, filter, positions }: Request, { entries, next }: FeedPage): ChangesResponse {
  return { items: entries.map((entry) => toCloudEvent(entry, actor)), next: writeCursor(filter, new Map([...positions, ...next])) };
}
