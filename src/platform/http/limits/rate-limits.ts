import type { FastifyReply } from 'fastify';
import { type Actor, callerOf } from '../../../kernel/actor';
import { Problem } from '../../../kernel/problem';
import type { Clock } from '../../clock';
import { countedAddress } from './address';
import { chunkOf, grant, grantAlone, type Lease, spend, type Standing, WINDOW_MS, windowOf } from './leases';
import type { RateWindowsStore } from './rate-windows.store';

/** Requests a minute; 0 is no limit. */
export interface Limits {
  readonly perCaller: number;
  readonly perAddress: number;
  /** Of an address, where no token is needed; none if nothing is said. */
  readonly perAddressInPublic?: number;
  /** For how many milliseconds a request waits for what all processes count together, before its own counts alone. */
  readonly patienceMs?: number;
}

type Policy = 'caller' | 'address' | 'public' | 'report';

interface Known {
  lease: Lease;
  asking: Promise<void> | undefined;
}

// Some 10 MB. Whoever is forgotten for want of room loses what was leased here for them, and no more: a flood from many addresses makes no limit
// higher, and takes nothing from callers, who are kept apart.
const MOST_KEYS = 50_000;
// More than people in one building write in a minute.
const REPORTS = 10;
// After a question without an answer, so long between tries whether there is one again.
const TRY_AGAIN_MS = 1_000;

/**
 * Limits that hold over all processes: each takes permits from the database by the chunk and lets requests through without asking while it has
 * some. While the database cannot be asked each process counts alone, so that a limit is at most multiplied by the processes, never off.
 */
export class RateLimits {
  readonly #known: Readonly<Record<Policy, Map<string, Known>>> = { caller: new Map(), address: new Map(), public: new Map(), report: new Map() };
  /** Nobody is asked: set while the next try is awaited. */
  #alone: NodeJS.Timeout | undefined;

  constructor(private readonly store: RateWindowsStore, private readonly clock: Clock, private readonly limits: Limits) {}

  /** Before anybody is known: also who guesses at tokens is limited. Problem `too-many-requests`. */
  ofAddress(address: string, reply: FastifyReply): Promise<void> | undefined {
    const counted = countedAddress(address);
    return counted === undefined ? undefined : this.#enforce('address', counted, this.limits.perAddress, reply);
  }

  /** Where no token is needed, beside the limit of the address: also who guesses at links is limited. Problem `too-many-requests`. */
  ofAddressInPublic(address: string, reply: FastifyReply): Promise<void> | undefined {
    const counted = countedAddress(address);
    return counted === undefined ? undefined : this.#enforce('public', counted, this.limits.perAddressInPublic ?? 0, reply);
  }

  /** Where anybody may leave something for good, a report to the inspectors, beside both: one address alone needs hours to use up what a park takes in a day. Problem `too-many-requests`. */
  ofAddressThatReports(address: string, reply: FastifyReply): Promise<void> | undefined {
    const counted = countedAddress(address);
    return counted === undefined ? undefined : this.#enforce('report', counted, Math.min(REPORTS, this.limits.perAddressInPublic ?? 0), reply);
  }

  /** Problem `too-many-requests`. */
  ofCaller(actor: Actor, reply: FastifyReply): Promise<void> | undefined {
    return this.#enforce('caller', callerOf(actor), this.limits.perCaller, reply);
  }

  #enforce(policy: Policy, who: string, limit: number, reply: FastifyReply): Promise<void> | undefined {
    if (limit === 0) return undefined;
    const now = this.clock.now().getTime();
    const known = this.#of(policy, who, windowOf(now));
    const standing = spend(known.lease, limit, now);
    if (standing === undefined) {
      if (this.#alone === undefined) return this.#ask(known, `${policy} ${who}`, limit).then(async () => this.#enforce(policy, who, limit, reply));
      grantAlone(known.lease, limit);
      return this.#enforce(policy, who, limit, reply);
    }
    say(reply, policy, standing);
    if (!standing.allowed) throw new Problem('too-many-requests', { retryAfterSeconds: standing.resetSeconds });
    return undefined;
  }

  #of(policy: Policy, who: string, beginsAt: number): Known {
    const all = this.#known[policy];
    const known = all.get(who);
    if (known?.lease.beginsAt === beginsAt) return known;
    const oldest = all.size < MOST_KEYS ? undefined : all.keys().next().value;
    if (oldest !== undefined) all.delete(oldest);
    // Whether anything is left is not known before it was asked.
    const fresh = { lease: { beginsAt, permits: 0, given: 0, left: 1 }, asking: undefined };
    all.delete(who);
    all.set(who, fresh);
    return fresh;
  }

  /** One question for all who wait for its answer. */
  async #ask(known: Known, key: string, limit: number): Promise<void> {
    const { lease } = known;
    known.asking ??= this.store.lease(key, new Date(lease.beginsAt), chunkOf(limit), limit).then(
      (granted) => { grant(lease, granted); },
      () => {
        grantAlone(lease, limit);
        if (this.#alone === undefined) this.#tryLater(async () => this.store.lease(key, new Date(lease.beginsAt), 1, limit));
      },
    ).finally(() => { known.asking = undefined; });
    await known.asking;
  }

  /** The same question again, beside the requests: those would wait for it, fail for want of a database anyway, and should do so at once. */
  #tryLater(question: () => Promise<unknown>): void {
    this.#alone = setTimeout(() => {
      question().then(() => { this.#alone = undefined; }, () => { this.#tryLater(question); });
    }, TRY_AGAIN_MS).unref();
  }
}

/** draft-ietf-httpapi-ratelimit-headers: the quota of each policy, and what is left of it. */
function say(reply: FastifyReply, policy: Policy, { limit, remaining, resetSeconds }: Standing): void {
  add(reply, 'ratelimit-policy', `"${policy}";q=${limit};w=${WINDOW_MS / 1_000}`);
  add(reply, 'ratelimit', `"${policy}";r=${remaining};t=${resetSeconds}`);
}

function add(reply: FastifyReply, header: string, item: string): void {
  const given = reply.getHeader(header);
  void reply.header(header, typeof given === 'string' ? `${given}, ${item}` : item);
}
