import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { addDays, localDay } from '../../src/kernel/day';
import { aUscc } from '../uscc';
import { Random } from './random';
import type { Person, World } from './world';

/** A write that got an answer which is one: not a fault, a limit, or a twin that still runs. */
export interface Write {
  readonly kind: 'enterprise' | 'assignment' | 'visit' | 'void' | 'ticket' | 'assign';
  readonly who: Person;
  readonly path: string;
  readonly body: object;
  readonly key: string;
  /** What the row that it made, or must not have made, can be known by. */
  readonly mark: string;
  readonly status: number;
  readonly text: string;
  readonly id: string | undefined;
}

type Attempt = Omit<Write, 'status' | 'text' | 'id' | 'key'>;

export interface LoadReport {
  readonly writes: readonly Write[];
  /** Requests that got no answer, or one that asked for another try. */
  readonly tries: number;
  readonly repeats: number;
  /** Writes whose first answer was lost, and which were answered by what had been kept of it: they had been committed. */
  readonly recovered: number;
  /** Repeats that were answered otherwise than the first time. */
  readonly differing: readonly string[];
}

const RECENT = 200;
const ANSWER_WITHIN_MS = 20_000;
const UNKNOWN = '01950000-0000-7000-8000-00000000dead';
const ZONE = 'Asia/Shanghai';

/**
 * Writes as fast as it is answered, each write under a key of its own and again until there is an answer, to whichever process. It knows
 * of each write what it was told, and no more.
 */
export class Load {
  readonly #writes: Write[] = [];
  readonly #differing: string[] = [];
  readonly #assignable: string[] = [];
  readonly #unassigned: string[] = [];
  /** The last that were made, for others to refer to. */
  readonly #recent: Readonly<Record<Write['kind'], Write[]>> = { enterprise: [], assignment: [], visit: [], void: [], ticket: [], assign: [] };
  readonly #random: Random;
  #number = 0;
  #tries = 0;
  #repeats = 0;
  #recovered = 0;
  #stopping = false;

  constructor(private readonly world: World, private readonly urls: () => readonly string[], seed: number, private readonly now: () => Date) {
    this.#random = new Random(seed);
  }

  /** Runs so many writers until {@link stop}; resolves when each has its last answer. */
  async run(writers: number): Promise<LoadReport> {
    await Promise.all(Array.from({ length: writers }, async () => this.#writer()));
    return { writes: this.#writes, tries: this.#tries, repeats: this.#repeats, recovered: this.#recovered, differing: this.#differing };
  }

  stop(): void {
    this.#stopping = true;
  }

  get answered(): number {
    return this.#writes.length;
  }

  async #writer(): Promise<void> {
    while (!this.#stopping) {
      const roll = this.#random.next();
      if (roll < 0.1) await this.#repeat();
      else if (roll < 0.13) await this.#ask('supervisor', 'GET', '/supervision/overdue-visits');
      else await this.#write(this.#attempt(roll));
    }
  }

  #attempt(roll: number): Attempt {
    const number = (this.#number += 1);
    const enterprise = this.#random.pick(this.#recent.enterprise);
    if (enterprise === undefined || roll < 0.3) return this.#enterprise(number, aUscc(number));
    const known = JSON.parse(enterprise.text) as { id: string; uscc: string };
    if (roll < 0.35) return this.#enterprise(number, known.uscc);
    if (roll < 0.4) return this.#visit(number, UNKNOWN);
    const unassigned = roll < 0.55 ? this.#assignable.pop() : undefined;
    if (unassigned !== undefined) return this.#assignment(number, unassigned);
    const visit = roll < 0.65 ? this.#random.pick(this.#recent.visit) : undefined;
    if (visit?.id !== undefined) return { kind: 'void', who: 'officer', path: `/visits/${visit.id}/void`, body: { reason: `误记 ${number}` }, mark: visit.id };
    if (roll < 0.75) return this.#ticket(number, known.id);
    const ticket = roll < 0.82 ? this.#unassigned.pop() : undefined;
    if (ticket !== undefined) return { kind: 'assign', who: 'supervisor', path: `/tickets/${ticket}/assign`, body: { handlerId: this.world.cadres.officer }, mark: ticket };
    return this.#visit(number, known.id);
  }

  #enterprise(number: number, uscc: string): Attempt {
    const name = `演练第${number}号有限公司`;
    return { kind: 'enterprise', who: 'admin', path: '/enterprises', body: { name, uscc, status: 'in_production' }, mark: name };
  }

  #assignment(number: number, enterpriseId: string): Attempt {
    const startsOn = addDays(localDay(this.now(), ZONE), -this.#random.whole(0, 40));
    return { kind: 'assignment', who: 'admin', path: '/assignments', body: { enterpriseId, cadreId: this.world.cadres.officer, capacity: 'officer', startsOn }, mark: `${enterpriseId} ${number}` };
  }

  #visit(number: number, enterpriseId: string): Attempt {
    const summary = `演练走访 ${number}`;
    return { kind: 'visit', who: 'officer', path: '/visits', body: { enterpriseId, occurredAt: this.now().toISOString(), mode: 'on_site', summary }, mark: summary };
  }

  #ticket(number: number, enterpriseId: string): Attempt {
    const title = `演练问题 ${number}`;
    return { kind: 'ticket', who: 'officer', path: '/tickets', body: { enterpriseId, channel: 'phone', category: 'power', title, description: '园区频繁闪断。' }, mark: title };
  }

  async #write(attempt: Attempt): Promise<void> {
    const key = randomUUID();
    const { status, text, replayed } = await this.#ask(attempt.who, 'POST', attempt.path, attempt.body, key);
    if (replayed === 'true') this.#recovered += 1;
    const id = status < 300 ? (JSON.parse(text) as { id: string }).id : undefined;
    const write = { ...attempt, key, status, text, id };
    this.#writes.push(write);
    if (id === undefined) return;
    const recent = this.#recent[attempt.kind];
    if (recent.push(write) > RECENT) recent.shift();
    if (attempt.kind === 'enterprise') this.#assignable.push(id);
    if (attempt.kind === 'ticket') this.#unassigned.push(id);
  }

  /** The same request again, as a phone that has lost the answer sends it. */
  async #repeat(): Promise<void> {
    const first = this.#random.pick(this.#writes);
    if (first === undefined) return;
    this.#repeats += 1;
    const again = await this.#ask(first.who, 'POST', first.path, first.body, first.key);
    if (again.status !== first.status || again.text !== first.text || again.replayed !== 'true') {
      this.#differing.push(`${first.kind} ${first.mark}: first ${first.status} ${first.text.slice(0, 200)}, then ${again.status} ${again.text.slice(0, 200)}`);
    }
  }

  async #ask(who: Person, method: 'GET' | 'POST', path: string, body?: object, key?: string): Promise<{ status: number; text: string; replayed: string | null }> {
    for (;;) {
      this.#tries += 1;
      const headers = {
        authorization: `Bearer ${await this.world.token(who)}`, ...(key === undefined ? {} : { 'idempotency-key': key }), ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      };
      const response = await fetch(`${this.#random.pick(this.urls()) ?? ''}/api/v1${path}`, {
        method, headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS), ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }).then(async (one) => ({ status: one.status, text: await one.text(), replayed: one.headers.get('idempotency-replayed') }), () => undefined).catch(() => undefined);
      if (response !== undefined && isAnswer(response)) return response;
      // What was not answered is given up only where nothing was written.
      if (method === 'GET') return { status: 0, text: '', replayed: null };
      await sleep(this.#random.whole(20, 200));
    }
  }
}

function isAnswer({ status, text }: { status: number; text: string }): boolean {
  if (status >= 500 || status === 429) return false;
  return !(status === 409 && text.includes('"twin-running"'));
}
