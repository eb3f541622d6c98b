import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { v7 } from 'uuid';
import { dutyFactsOf, type DutyRecord, type VisitPolicyVersion } from '../src/assignments/domain/duty-facts';
import { type RecordedLapse, reconcileLapses } from '../src/assignments/domain/lapse-record';
import { judge } from '../src/assignments/domain/standing';
import type { Day } from '../src/kernel/day';
import type { WorkingCalendar } from '../src/kernel/working-calendar';
import { isGeneratedId } from './sizes';

/**
 * One visit, by the statements that the application has sent for another one: where their values were that visit's, they are this
 * one's. All measured visits are alike (made today, by the officer, of an enterprise that is not overdue), so the same statements and
 * the same verdict follow; the verdict is reached all the same, by the application's own rule, since that is no part of what is compared.
 */

export interface NewVisit {
  readonly parkId: string;
  readonly authorId: string;
  readonly enterpriseId: string;
  readonly occurredAt: string;
  /** The enterprise's two duties. */
  readonly officerDuty: string;
  readonly leaderDuty: string;
}

/** What the application did for the model visit. Dates are tagged, since they travel as JSON. */
export interface ModelVisit {
  readonly request: NewVisit;
  readonly receivedAt: string;
  readonly answer: unknown;
  readonly statements: readonly { readonly text: string; readonly values: readonly unknown[] }[];
}

export interface Rule {
  readonly goLiveOn: Day;
  readonly policies: readonly VisitPolicyVersion[];
  readonly calendar: WorkingCalendar;
}

export type Names = Record<string, string>;
export type Filler = (names: Names) => unknown;

interface LoadedDuty extends DutyRecord {
  readonly lapses: readonly RecordedLapse[];
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Answers how a visit is recorded. */
export function visitRecorder(pool: Pool, model: ModelVisit, rule: Rule, todayIn: () => string): (request: NewVisit) => Promise<unknown> {
  const known = knownNames(model.request, model.receivedAt);
  const fresh: string[] = [];
  const compile = compiler(known, fresh);
  const steps = model.statements.map(({ text, values }, index) => ({ name: `visit-${index}`, text, values: values.map(compile) }));
  const answer = compile(model.answer);
  const load = steps.findIndex(({ text }) => text.includes('AS lapses'));
  if (load < 1) throw new Error('among the statements of a visit there is none that loads the facts of its duties');
  return async (request) => {
    const names = knownNamesOf(request, fresh);
    const client = await pool.connect();
    const run = async (from: number, to: number): Promise<{ rows: unknown[] }[]> =>
      Promise.all(steps.slice(from, to).map(async ({ name, text, values }) => client.query({ name, text, values: values.map((fill) => fill(names)) })));
    try {
      // Each group is one round trip: the enterprise is there; visit, entry, locks and settings; the facts; the verdict's consequences.
      await Promise.all([client.query({ name: 'begin', text: 'BEGIN' }), run(0, 1)]);
      await run(1, load);
      const [facts] = await run(load, load + 1);
      judgeAll((facts?.rows ?? []) as LoadedDuty[], rule, todayIn() as Day);
      await run(load + 1, steps.length);
      await client.query({ name: 'commit', text: 'COMMIT' });
    } catch (error) {
      await rollBack(client);
      throw error;
    } finally {
      client.release();
    }
    return answer(names);
  };
}

export async function rollBack(client: PoolClient): Promise<void> {
  await client.query('ROLLBACK').catch(() => undefined);
}

function judgeAll(duties: readonly LoadedDuty[], rule: Rule, today: Day): void {
  for (const duty of duties) {
    const standing = judge(dutyFactsOf(duty, rule.goLiveOn, rule.policies, [{ loadedOn: '1900-01-01' as Day, calendar: rule.calendar }]), today);
    if (reconcileLapses(duty.lapses, standing.lapses, today).length > 0) throw new Error('the visit is not alike: it ends a lapse');
  }
}

/** What is written in the model's statements, and the name of what it stands for. */
function knownNames(request: NewVisit, receivedAt: string): Map<string, string> {
  const { parkId, authorId, enterpriseId, officerDuty, leaderDuty, occurredAt } = request;
  return new Map(Object.entries({ parkId, authorId, enterpriseId, officerDuty, leaderDuty, occurredAt: new Date(occurredAt).toISOString(), receivedAt }).map(([name, value]) => [value, name]));
}

function knownNamesOf({ parkId, authorId, enterpriseId, officerDuty, leaderDuty, occurredAt }: NewVisit, fresh: readonly string[]): Names {
  const names: Names = { parkId, authorId, enterpriseId, officerDuty, leaderDuty, occurredAt: new Date(occurredAt).toISOString(), receivedAt: new Date().toISOString() };
  return withFresh(names, fresh);
}

/** Ids made anew for each of the names. */
export function withFresh(names: Names, fresh: readonly string[]): Names {
  for (const name of fresh) names[name] = name.startsWith('id') ? v7() : randomUUID();
  return names;
}

/** Turns values of the model into functions of the names; ids that were made for it are made anew, the same one in the same places. */
export function compiler(known: Map<string, string>, fresh: string[]): (value: unknown) => Filler {
  const compileText = (text: string): Filler => {
    for (const [id] of text.matchAll(UUID)) {
      if (known.has(id) || isGeneratedId(id)) continue;
      const name = `${id[14] === '7' ? 'id' : 'request'}${fresh.length}`;
      known.set(id, name);
      fresh.push(name);
    }
    const found = [...known].filter(([value]) => text.includes(value));
    if (found.length === 0) return () => text;
    const [only] = found;
    if (found.length === 1 && only !== undefined && text === only[0]) return (names) => names[only[1]];
    const parts = text.split(new RegExp(`(${found.map(([value]) => value.replaceAll('.', '\\.')).join('|')})`)).map((part) => known.get(part) ?? { text: part });
    return (names) => parts.map((part) => (typeof part === 'string' ? names[part] : part.text)).join('');
  };
  const compile = (value: unknown): Filler => {
    if (typeof value === 'string') return compileText(value);
    if (Array.isArray(value)) {
      const items = value.map(compile);
      return (names) => items.map((item) => item(names));
    }
    if (typeof value !== 'object' || value === null) return () => value;
    if ('$date' in value) {
      const instant = compileText(String(value.$date));
      return (names) => new Date(String(instant(names)));
    }
    const fields = Object.entries(value).map(([name, field]) => [name, compile(field)] as const);
    return (names) => Object.fromEntries(fields.map(([name, field]) => [name, field(names)]));
  };
  return compile;
}
