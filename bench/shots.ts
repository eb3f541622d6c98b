import type { LocalIssuer } from '../src/identity/local-issuer';
import type { Clock } from '../src/platform/clock';
import type { Shot } from './load';
import { cadreId, idOf, officerOf, PARK, type Size, subjectOf, SUPERVISOR } from './sizes';

/** The same requests for the application, with a token, and for the yardstick, which is told who and where. Each connection has its own. */
export interface Shots {
  readonly ours: readonly (readonly Shot[])[];
  readonly yardstick: readonly (readonly Shot[])[];
}

export interface Pair {
  readonly ours: Shot;
  readonly yardstick: Shot;
}

const SHOTS_PER_CONNECTION = 100;
/** People who are at work, and have asked before they are measured: each has a token, as for hours in a day. */
const PEOPLE = 1_000;

/** Makes the requests of the measurements. Whom they are about is drawn at random, alike in every run of the bench. */
export class Requests {
  readonly #tokens = new Map<string, string>();
  readonly #people = new Map<number, readonly (readonly [park: number, position: number])[]>();
  readonly #random = randomFrom(20_261_124);
  #unvisited: number[] = [];

  constructor(private readonly size: Size, private readonly issuer: LocalIssuer, private readonly clock: Clock) {}

  /** The overdue list of random parks, read by their supervisors. `parks`: out of how many. */
  async overdue(connections: number, parks = this.size.parks): Promise<Shots> {
    const chosen = this.#choose(parks, this.size.parks);
    return this.#make(connections, SHOTS_PER_CONNECTION, async () => {
      const park = this.#pick(chosen);
      return {
        ours: get('/api/v1/supervision/overdue-visits', await this.token(park, SUPERVISOR)),
        yardstick: get(`/overdue-visits?parkId=${idOf('park', park)}`),
      };
    });
  }

  /** The worklists of random officers and leaders. */
  async worklist(connections: number, parks = this.size.parks): Promise<Shots> {
    const chosen = this.#choose(parks, this.size.parks);
    const people = this.#people.get(parks) ?? Array.from({ length: PEOPLE }, () => [this.#pick(chosen), Math.floor(this.#random() * SUPERVISOR)] as const);
    this.#people.set(parks, people);
    return this.#make(connections, SHOTS_PER_CONNECTION, async () => {
      const [park, position] = this.#pick(people);
      return {
        ours: get('/api/v1/me/worklist', await this.token(park, position)),
        yardstick: get(`/worklist?parkId=${idOf('park', park)}&cadreId=${cadreId(park, position)}`),
      };
    });
  }

  /** Visits by the officer, each of another enterprise that is not overdue and that nobody has visited today: all do the same work. */
  async visits(connections: number, each: number): Promise<Shots> {
    return this.#make(connections, each, async () => this.visitTo(this.#unvisited.pop() ?? 0));
  }

  /** A visit, made a minute ago, to the enterprise that has this number among those of all parks. */
  async visitTo(enterprise: number): Promise<Pair> {
    const park = Math.floor(enterprise / PARK.enterprises);
    const position = officerOf(enterprise % PARK.enterprises);
    const visit = {
      enterpriseId: idOf('enterprise', enterprise), occurredAt: new Date(this.clock.now().getTime() - 60_000).toISOString(), mode: 'on_site', contactsMet: ['联系人'], topics: ['生产经营'],
      summary: '了解用工、用电和订单情况，企业反映物流成本较高。',
    };
    return {
      ours: post('/api/v1/visits', visit, await this.token(park, position)),
      yardstick: post('/visits', { ...visit, parkId: idOf('park', park), authorId: cadreId(park, position), officerDuty: idOf('officer duty', enterprise), leaderDuty: idOf('leader duty', enterprise) }),
    };
  }

  /** How many enterprises are left for {@link visits}. */
  get unvisited(): number {
    return this.#unvisited.length;
  }

  /** All enterprises that are not overdue may be visited again, in a random order. */
  forgetVisits(): void {
    this.#unvisited = Array.from({ length: this.size.parks * PARK.enterprises }, (_none, index) => index).filter((index) => index % PARK.enterprises >= PARK.overdue);
    for (let last = this.#unvisited.length - 1; last > 0; last -= 1) {
      const other = Math.floor(this.#random() * (last + 1));
      [this.#unvisited[last], this.#unvisited[other]] = [this.#unvisited[other] ?? 0, this.#unvisited[last] ?? 0];
    }
  }

  async token(park: number, position: number): Promise<Record<string, string>> {
    const subject = subjectOf(park, position);
    const known = this.#tokens.get(subject) ?? await this.issuer.sign(subject, {}, this.clock.now());
    this.#tokens.set(subject, known);
    return { authorization: `Bearer ${known}` };
  }

  async #make(connections: number, each: number, next: () => Promise<Pair>): Promise<Shots> {
    const ours: Shot[][] = [];
    const yardstick: Shot[][] = [];
    for (let connection = 0; connection < connections; connection += 1) {
      const pairs: Pair[] = [];
      for (let shot = 0; shot < each; shot += 1) pairs.push(await next());
      ours.push(pairs.map((pair) => pair.ours));
      yardstick.push(pairs.map((pair) => pair.yardstick));
    }
    return { ours, yardstick };
  }

  #choose(count: number, of: number): number[] {
    return count >= of ? Array.from({ length: of }, (_none, index) => index) : Array.from({ length: count }, () => Math.floor(this.#random() * of));
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)];
  }
}

function get(path: string, headers: Record<string, string> = {}): Shot {
  return { method: 'GET', path, headers };
}

function post(path: string, body: object, headers: Record<string, string> = {}): Shot {
  return { method: 'POST', path, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** Marsaglia's xorshift on 32 bits: numbers from 0 up to 1, the same ones for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
}
