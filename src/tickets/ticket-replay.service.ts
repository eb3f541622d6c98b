import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { systemActor } from '../kernel/actor';
import { named, replay } from './domain/history';
import { standingOf } from './domain/standing';
import { type Desk, TicketBook } from './ticket-book.service';
import { NIL, type StoredTicket, TicketReplayStore } from './ticket-replay.store';
import { clockRow, snakeCased } from './tickets.store';

// One round trip and a few megabytes.
const BATCH = 200;

/** What is kept of a ticket, and is not what its events give. */
export interface TicketDrift {
  readonly parkId: string;
  readonly ticketId: string;
  readonly number: string;
  /** A column of the ticket, `clock 3: due_at`, `clock 3`, `collaborators`, or `events` where they cannot be told. */
  readonly field: string;
  /** Ids, codes, dates and numbers. */
  readonly stored: unknown;
  readonly told: unknown;
}

/** Tells events again and compares. It repairs nothing, and locks no ticket. */
@Injectable()
export class TicketReplayService {
  constructor(private readonly store: TicketReplayStore, private readonly book: TicketBook) {}

  /** All tickets of a park; differences are told as they are found. */
  async check(requestId: string, parkId: string, found: (drift: TicketDrift) => void): Promise<{ tickets: number; differences: number }> {
    const system = systemActor(requestId, [parkId]);
    let [tickets, differences, after] = [0, 0, NIL];
    for (;;) {
      const batch = await this.store.next(system, parkId, after, BATCH);
      const desk = await this.book.deskKnowing(system, parkId, [...new Set(batch.flatMap(({ events, world }) => [world, ...events.map((event) => event.world)]))]);
      for (const stored of batch) {
        for (const difference of differencesOf(stored, parkId, desk)) {
          differences += 1;
          found({ parkId, ticketId: stored.id, number: stored.number, ...difference });
        }
      }
      tickets += batch.length;
      after = batch.at(-1)?.id ?? after;
      if (batch.length < BATCH) return { tickets, differences };
    }
  }
}

type Difference = Pick<TicketDrift, 'field' | 'stored' | 'told'>;

function differencesOf(stored: StoredTicket, parkId: string, desk: Desk): Difference[] {
  try {
    const { ticket } = replay(stored.events, desk.worlds);
    const { turnAt, ...standing } = standingOf(ticket, named(stored.world, desk.worlds).world);
    const clocks = ticket.clocks.map((clock) => clockRow({ id: stored.id, parkId }, clock) as Record<string, unknown>);
    return [
      ...differing('', snakeCased({ ...standing, events: stored.events.length }), stored.ticket),
      ...turnDiffers(turnAt, stored.ticket['turn_at']),
      ...Array.from({ length: Math.max(clocks.length, stored.clocks.length) }, (_none, index) => clockDiffers(index + 1, clocks[index], stored.clocks[index])).flat(),
      ...differing('', { collaborators: [...ticket.collaboratorIds].sort() }, { collaborators: stored.collaboratorIds }),
    ];
  } catch (error) {
    // Events that make no ticket, or name a calendar that is not known.
    return [{ field: 'events', stored: stored.events.length, told: error instanceof Error ? error.message : String(error) }];
  }
}

function clockDiffers(no: number, told: Readonly<Record<string, unknown>> | undefined, stored: Readonly<Record<string, unknown>> | undefined): Difference[] {
  if (told === undefined || stored === undefined) return [{ field: `clock ${no}`, stored: stored?.['kind'] ?? null, told: told?.['kind'] ?? null }];
  return differing(`clock ${no}: `, told, stored);
}

/** A new calendar lets every ticket be looked at again from now on, so a stored turn may lie before the one that follows, and never behind it. */
function turnDiffers(told: Date | null, stored: unknown): Difference[] {
  const kept = typeof stored === 'string' ? Date.parse(stored) : Infinity;
  return told !== null && kept > told.getTime() ? [{ field: 'turn_at', stored: canonical(stored), told: canonical(told) }] : [];
}

function differing(prefix: string, told: Readonly<Record<string, unknown>>, stored: Readonly<Record<string, unknown>>): Difference[] {
  return Object.keys(told).flatMap((column) => {
    const [one, other] = [canonical(told[column]), canonical(stored[column])];
    return isDeepStrictEqual(one, other) ? [] : [{ field: `${prefix}${column}`, stored: other, told: one }];
  });
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T/;

/** The same instant in the same words, whoever wrote it into JSON. */
function canonical(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null), (_key, one: unknown) => (typeof one === 'string' && INSTANT.test(one) ? new Date(one).toISOString() : one)) as unknown;
}
