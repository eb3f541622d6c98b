import { Client } from 'pg';
import type { Pair, Requests, Shots } from '../shots';
import { cadreId, idOf, officerOf, PARK, type Size, SUPERVISOR } from '../sizes';

/** A ticket that may be answered: its number in the plan is that of its enterprise among those of all parks. */
interface Answerable {
  readonly id: string;
  readonly park: number;
  readonly handler: number;
}

const SHOTS_PER_CONNECTION = 100;
/** Rows of a table that ids are drawn from. */
const DRAWN = 4_000;

/** The requests of the measurements, for the application and for its yardstick. Whom they are about is drawn at random. */
export class TicketRequests {
  #answerable: Answerable[] = [];
  #tickets: readonly { readonly id: string; readonly park: number }[] = [];
  #turn = 0;

  constructor(private readonly size: Size, private readonly people: Requests) {}

  /** Draws tickets anew, from all parks or from some of the first. */
  async draw(url: string, parks = this.size.parks): Promise<void> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      const chosen = Array.from({ length: parks }, (_none, park) => idOf('park', park));
      const { rows: any } = await client.query<{ id: string; place: number }>(
        `SELECT t.id, p.place::integer - 1 AS place FROM unnest($1::uuid[]) WITH ORDINALITY p(id, place) CROSS JOIN LATERAL (SELECT id FROM ticket WHERE park_id = p.id ORDER BY md5(id::text) LIMIT $2) t`,
        [chosen, Math.ceil(DRAWN / parks)]);
      this.#tickets = any.map(({ id, place }) => ({ id, park: place })).sort((one, other) => (one.id.slice(-12) < other.id.slice(-12) ? -1 : 1));
      const { rows: open } = await client.query<{ id: string; place: number; handler: string }>(
        `SELECT t.id, p.place::integer - 1 AS place, t.handler_id AS handler FROM unnest($1::uuid[]) WITH ORDINALITY p(id, place) JOIN ticket t ON t.park_id = p.id
         WHERE t.ended_at IS NULL AND t.state = 'in_progress' AND t.breaches = 0 AND t.events = 4 ORDER BY reverse(t.id::text) LIMIT $2`, [chosen, DRAWN]);
      const positions = new Map<string, number>();
      for (const { place } of open) for (let officer = 0; officer < PARK.officers; officer += 1) positions.set(cadreId(place, officer), officer);
      this.#answerable = open.map(({ id, place, handler }) => ({ id, park: place, handler: positions.get(handler) ?? 0 }));
    } finally {
      await client.end();
    }
  }

  /** The unresolved list of random parks, read by their supervisors. */
  async unresolved(connections: number, parks = this.size.parks): Promise<Shots> {
    return this.#make(connections, SHOTS_PER_CONNECTION, async () => {
      const park = this.#next(parks);
      return {
        ours: { method: 'GET', path: '/api/v1/supervision/unresolved-tickets', headers: await this.people.token(park, SUPERVISOR) },
        yardstick: { method: 'GET', path: `/unresolved-tickets?parkId=${idOf('park', park)}`, headers: {} },
      };
    });
  }

  /** The whole story of a random ticket, read by a supervisor. */
  async timeline(connections: number): Promise<Shots> {
    return this.#make(connections, SHOTS_PER_CONNECTION, async () => {
      const { id, park } = this.#tickets[this.#next(this.#tickets.length)] ?? { id: '', park: 0 };
      return {
        ours: { method: 'GET', path: `/api/v1/tickets/${id}/timeline?limit=200`, headers: await this.people.token(park, SUPERVISOR) },
        yardstick: { method: 'GET', path: `/tickets/${id}/timeline?parkId=${idOf('park', park)}`, headers: {} },
      };
    });
  }

  /** New tickets: each of a random enterprise, registered by its officer. `only`: all in this park. */
  async register(connections: number, each: number, only?: number): Promise<Shots> {
    return this.#make(connections, each, async () => {
      const position = this.#next(PARK.enterprises);
      const park = only ?? this.#next(this.size.parks);
      return this.registerIn(park, position);
    });
  }

  async registerIn(park: number, position: number): Promise<Pair> {
    const ticket = {
      enterpriseId: idOf('enterprise', park * PARK.enterprises + position), channel: 'phone', category: 'power', title: '车间频繁闪断', description: '近两周每天闪断三到五次，两条注塑线被迫停机，望尽快协调供电部门排查。', raisedBy: '王经理',
    };
    return this.#post('/api/v1/tickets', '/tickets', ticket, park, officerOf(position));
  }

  /** An interim answer by the handler, each to another ticket. */
  async answer(connections: number, each: number): Promise<Shots> {
    return this.#make(connections, each, async () => this.answerNext());
  }

  async answerNext(): Promise<Pair> {
    const ticket = this.#answerable.pop();
    if (ticket === undefined) throw new Error('no ticket is left to answer');
    const body = { kind: 'interim', means: 'phone', text: '供电公司今日到场排查，原因说明三日内送达。' };
    return this.#post(`/api/v1/tickets/${ticket.id}/answer`, '/answer', body, ticket.park, ticket.handler, { ticketId: ticket.id });
  }

  /** How many tickets are left for {@link answer}. */
  get answerable(): number {
    return this.#answerable.length;
  }

  async #post(ours: string, yardstick: string, body: object, park: number, position: number, more: object = {}): Promise<Pair> {
    const names = { parkId: idOf('park', park), code: `B${park}`, cadreId: cadreId(park, position), departmentId: idOf('department', park * PARK.departments), ...more };
    const headers = { 'content-type': 'application/json' };
    return {
      ours: { method: 'POST', path: ours, headers: { ...headers, ...(await this.people.token(park, position)) }, body: JSON.stringify(body) },
      yardstick: { method: 'POST', path: yardstick, headers, body: JSON.stringify({ ...body, ...names }) },
    };
  }

  /** A stride through everything that has no pattern of its own, the same in each run. */
  #next(below: number): number {
    this.#turn = (this.#turn + 7_919) % 1_000_003;
    return this.#turn % below;
  }

  async #make(connections: number, each: number, next: () => Promise<Pair>): Promise<Shots> {
    const pairs: Pair[][] = [];
    for (let connection = 0; connection < connections; connection += 1) {
      const own: Pair[] = [];
      for (let shot = 0; shot < each; shot += 1) own.push(await next());
      pairs.push(own);
    }
    return { ours: pairs.map((own) => own.map((pair) => pair.ours)), yardstick: pairs.map((own) => own.map((pair) => pair.yardstick)) };
  }
}
