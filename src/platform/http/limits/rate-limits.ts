import type { FastifyReply } from 'fastify';
import type { Actor } from '../../../kernel/actor';
import { Problem } from '../../../kernel/problem';
import type { Clock } from '../../clock';
import { countedAddress } from './address';
import { chunkOf, type Lease, spend, type Standing, WINDOW_MS, windowOf } from './leases';
import type { RateWindowsStore } from './rate-windows.store';

/** Requests a minute; 0 is no limit. */
export interface Limits {
  readonly perCaller: number;
  readonly perAddress: number;
}

type Policy = 'caller' | 'address';

interface Known {
  lease: Lease;
  asking: Promise<unknown> | undefined;
}

// Some 10 MB. Whoever comes from more addresses in a minute makes the process ask more often, and no limit higher.
const MOST_KEYS = 50_000;

/**
 * Limits that hold over all processes: each takes permits from the database by the chunk and lets requests through without asking while it has
 * some. While the database is away requests pass; they fail there anyway.
 */
export class RateLimits {
  readonly #known = new Map<string, Known>();

  constructor(private readonly store: RateWindowsStore, private readonly clock: Clock, private readonly limits: Limits) {}

  /** Before anybody is known: also who guesses at tokens is limited. Problem `too-many-requests`. */
  ofAddress(address: string, reply: FastifyReply): Promise<void> | undefined {
    const counted = countedAddress(address);
    return counted === undefined ? undefined : this.#enforce('address', counted, this.limits.perAddress, reply);
  }

  /** Problem `too-many-requests`. */
  ofCaller({ kind, issuer, subject, id }: Actor, reply: FastifyReply): Promise<void> | undefined {
    return this.#enforce('caller', `${kind} ${issuer} ${kind === 'client' ? id : subject}`, this.limits.perCaller, reply);
  }

  #enforce(policy: Policy, who: string, limit: number, reply: FastifyReply): Promise<void> | undefined {
    if (limit === 0) return undefined;
    const now = this.clock.now().getTime();
    const known = this.#of(`${policy} ${who}`, windowOf(now));
    const standing = spend(known.lease, limit, now);
    if (standing === undefined) return this.#ask(known, `${policy} ${who}`, limit).then(async () => this.#enforce(policy, who, limit, reply));
    say(reply, policy, standing);
    if (!standing.allowed) throw new Problem('too-many-requests', { retryAfterSeconds: standing.resetSeconds });
    return undefined;
  }

  #of(key: string, beginsAt: number): Known {
    const known = this.#known.get(key);
    if (known?.lease.beginsAt === beginsAt) return known;
    if (this.#known.size >= MOST_KEYS) this.#known.clear();
    // Whether anything is left is not known before it was asked.
    const fresh = { lease: { beginsAt, permits: 0, left: 1 }, asking: undefined };
    this.#known.set(key, fresh);
    return fresh;
  }

  /** One question for all who wait for its answer. */
  async #ask(known: Known, key: string, limit: number): Promise<void> {
    const { lease } = known;
    const chunk = chunkOf(limit);
    known.asking ??= this.store.lease(key, new Date(lease.beginsAt), chunk, limit).then(
      ({ permits, left }) => { Object.assign(lease, { permits: lease.permits + permits, left }); },
      () => { lease.permits += chunk; },
    ).finally(() => { known.asking = undefined; });
    await known.asking;
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
