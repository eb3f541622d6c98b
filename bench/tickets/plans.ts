import type { OpenApplication } from '../application';
import { explainLists, type ExplainedList, PARK_LOOKED_AT, type PagePlan } from '../plans';
import type { Requests } from '../shots';
import { cadreId, idOf, PARK, SUPERVISOR } from '../sizes';

const OFFICER = 3;
const enterprise = idOf('enterprise', PARK_LOOKED_AT * PARK.enterprises + 3);

/** Every list of tickets, as seen from one park. */
const LISTS: readonly ExplainedList[] = [
  { name: 'unresolved tickets', path: 'supervision/unresolved-tickets', by: SUPERVISOR },
  { name: 'unresolved and overdue', path: 'supervision/unresolved-tickets?overdueOnly=true', by: SUPERVISOR },
  { name: 'unresolved of a handler', path: `supervision/unresolved-tickets?handlerId=${cadreId(PARK_LOOKED_AT, OFFICER)}`, by: SUPERVISOR },
  { name: 'unresolved of a department', path: `supervision/unresolved-tickets?departmentId=${idOf('department', PARK_LOOKED_AT * PARK.departments + 1)}`, by: SUPERVISOR },
  { name: 'unresolved of a category', path: 'supervision/unresolved-tickets?category=power', by: SUPERVISOR },
  { name: 'unresolved, raised to level 3', path: 'supervision/unresolved-tickets?level=3', by: SUPERVISOR },
  { name: 'worklist', path: 'me/worklist', by: OFFICER },
  { name: 'tickets', path: 'tickets', by: SUPERVISOR },
  { name: 'tickets, read by an officer', path: 'tickets', by: OFFICER },
  { name: 'open tickets', path: 'tickets?open=true', by: SUPERVISOR },
  { name: 'tickets that wait for the enterprise', path: 'tickets?status=waiting_enterprise', by: SUPERVISOR },
  { name: 'tickets of an enterprise', path: `tickets?enterpriseId=${enterprise}`, by: SUPERVISOR },
  { name: 'tickets by two characters', path: `tickets?q=${encodeURIComponent('闪断')}`, by: SUPERVISOR },
  { name: 'tickets by a phrase', path: `tickets?q=${encodeURIComponent('生产许可证')}`, by: SUPERVISOR },
  { name: 'tickets by number', path: `tickets?q=B${PARK_LOOKED_AT}-2026-000777`, by: SUPERVISOR },
  { name: 'calls that are due', path: 'supervision/calls', by: SUPERVISOR },
  { name: 'timeline of an enterprise', path: `enterprises/${enterprise}/timeline?limit=10`, by: SUPERVISOR },
];

/** Reads each list's first and a deep page, and explains the statements that this took. */
export async function explainTickets(databaseUrl: string, application: OpenApplication, requests: Requests, say: (line: string) => void): Promise<PagePlan[]> {
  return explainLists(databaseUrl, application, requests, say, LISTS);
}
