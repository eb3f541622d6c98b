import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Limit, type Moment, momentOf } from '../../src/kernel/limit';
import { type CalendarDay, WorkingCalendar, type YearStatus } from '../../src/kernel/working-calendar';
import { isRunning } from '../../src/tickets/domain/clocks';
import type { Happening, Terms } from '../../src/tickets/domain/happening';
import { advance, apply, registerTicket, type Ticket } from '../../src/tickets/domain/ticket';

const holidays = JSON.parse(readFileSync(join(__dirname, '../../data/holidays.json'), 'utf8')) as { years: Record<string, YearStatus>; days: CalendarDay[] };
const calendar = new WorkingCalendar(Object.entries(holidays.years).map(([year, status]) => ({ year: Number(year), status, version: 1, days: holidays.days })));
export const ZONE = 'Asia/Shanghai';
export const world = { calendar, hoursOn: () => [['09:00', '12:00'], ['13:30', '17:30']] as const, zone: ZONE };
export const workingDays = (amount: number): Limit => ({ unit: 'workingDays', amount });
export const terms: Terms = {
  assignWithin: { unit: 'workingHours', amount: 4 }, respondWithin: workingDays(1), resolveWithin: workingDays(5), reworkWithin: workingDays(5), waitWithin: workingDays(10),
  confirmWithin: workingDays(5), callWithin: workingDays(1), level2After: workingDays(3), level3After: workingDays(5), returnWithin: workingDays(1), orderWithin: workingDays(3),
  questionAfter: { unit: 'days', amount: 28 }, reopenWithin: { unit: 'days', amount: 30 }, reopenAfterQuestion: workingDays(10), reviewWithinDays: 90, extensionsPerCycle: 2,
};

/** A ticket that is told by local times `MM-DD HH:MM` of 2026, and writes what time has done before each thing that happens. */
export class Story {
  ticket: Ticket;
  readonly log: string[] = [];

  constructor(at: string) {
    this.ticket = registerTicket(this.#at(at), terms, world);
  }

  then(at: string, happening: Happening): this {
    this.until(at);
    this.ticket = apply(this.ticket, { ...this.#at(at), ...happening }, world);
    return this;
  }

  until(at: string): this {
    const { ticket, passed } = advance(this.ticket, this.#at(at).at, world);
    this.ticket = ticket;
    this.log.push(...passed.map((one) => `${local(one.at)} ${one.type}${one.type === 'level-raised' ? ` ${one.level}` : ''}${'clock' in one ? ` ${this.ticket.clocks[one.clock - 1]?.kind}` : ''} (${one.on})`));
    return this;
  }

  /** Running clocks and when each is due. */
  get running(): Record<string, string> {
    return Object.fromEntries(this.ticket.clocks.filter(isRunning).map(({ kind, deadline }) => [kind, deadline === undefined ? 'rests' : local(deadline.dueAt)]));
  }

  #at(text: string): Moment {
    return momentOf(new Date(`2026-${text.replace(' ', 'T')}:00+08:00`), ZONE);
  }
}

export function local(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(5, 16).replace('T', ' ');
}
