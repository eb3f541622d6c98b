import type { DueTicketRow } from '../../src/tickets/ticket-due-list.store';

const HOUR_MS = 3_600_000;

/** A row of the list of open tickets by deadline, as it is answered. */
export function toDueTicket(row: DueTicketRow, now: Date): object {
  return {
    ticketId: row.ticketId, number: row.number, title: row.title, enterprise: { id: row.enterpriseId, name: row.enterpriseName, uscc: row.uscc },
    handler: row.handlerId === null ? null : { id: row.handlerId, name: row.handlerName }, department: row.departmentId === null ? null : { id: row.departmentId, name: row.departmentName },
    category: row.category, level: row.level, status: row.status, clock: row.clock, nextDueAt: row.nextDueAt.toISOString(),
    overdueHours: Math.max(0, Math.floor((now.getTime() - row.nextDueAt.getTime()) / HOUR_MS)), lastAnswerAt: row.lastAnswerAt?.toISOString() ?? null, calendarProvisional: row.calendarProvisional,
  };
}
