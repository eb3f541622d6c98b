import { type Day, localDay } from '../../kernel/day';
import { Problem } from '../../kernel/problem';
import { isOpen, LIFECYCLE, OTHER_ENTRIES, type Party, STEPS } from './lifecycle';

/** `reported`: its lead or a supervisor said what it came to. `ticket_ended`: the ticket ended first, and with it what it had been raised for. */
export type Closing = 'reported' | 'ticket_ended';
export const CLOSINGS: readonly Closing[] = ['reported', 'ticket_ended'];

/** What somebody is to a linkage. `department` is a cadre of one that is invited; `supervisor` neither handles the ticket nor collaborates on it. */
export type LinkageParty = 'lead' | 'supervisor' | 'member' | 'department';

/** What is done with an open linkage, and by whom. */
export const LINKAGE_ACTS = {
  'change-team': ['lead', 'supervisor'],
  'record-session': ['lead', 'supervisor', 'member'],
  'reply': ['department'],
  'close': ['lead', 'supervisor'],
} as const satisfies Readonly<Record<string, readonly LinkageParty[]>>;
export type LinkageAct = keyof typeof LINKAGE_ACTS;

/** Entries after which a ticket is at a level of linkage, where they name one. */
export const RAISING_ENTRIES: readonly string[] = [LIFECYCLE.escalate.entry, LIFECYCLE.acknowledge.entry, OTHER_ENTRIES['level-raised']];

/** Entries after which a ticket may have ended. A new cycle begins only from there, so that no linkage outlives its cycle. */
export const ENDING_ENTRIES: readonly string[] = [
  ...STEPS.filter((step) => LIFECYCLE[step].to.some((to) => to !== 'same' && !isOpen(to))).map((step) => LIFECYCLE[step].entry), OTHER_ENTRIES['ran-out'],
];

/** A linkage, as far as what one may do with it depends on it. */
export interface LinkageStanding {
  readonly leadId: string | null;
  readonly memberIds: readonly string[];
  readonly departmentIds: readonly string[];
  readonly closed: boolean;
}

export function linkagePartiesOf({ leadId, memberIds, departmentIds }: LinkageStanding, me: { readonly cadreId: string; readonly departmentId: string | undefined }, onTicket: ReadonlySet<Party>): ReadonlySet<LinkageParty> {
  const parties = new Set<LinkageParty>();
  if (leadId === me.cadreId) parties.add('lead');
  if (onTicket.has('supervisor')) parties.add('supervisor');
  if (memberIds.includes(me.cadreId)) parties.add('member');
  if (me.departmentId !== undefined && departmentIds.includes(me.departmentId)) parties.add('department');
  return parties;
}

/** Problems: `forbidden`, `linkage-closed`. */
export function requireLinkageAct(act: LinkageAct, { closed }: Pick<LinkageStanding, 'closed'>, parties: ReadonlySet<LinkageParty>): void {
  if (!LINKAGE_ACTS[act].some((party) => parties.has(party))) throw new Problem('forbidden');
  if (closed) throw new Problem('linkage-closed');
}

// What the server's clock may be behind a phone's.
const AHEAD_MS = 5 * 60_000;

/**
 * A session was held, not before the linkage was opened, and nothing that it gives somebody to do was due before it.
 * Problems: `in-future`, `date-order`.
 */
export function requireSession({ heldAt, followUps }: { readonly heldAt: Date; readonly followUps: readonly { readonly dueOn: Day }[] }, openedOn: Day, now: Date, zone: string): void {
  if (heldAt.getTime() > now.getTime() + AHEAD_MS) throw Problem.at('in-future', '/heldAt');
  const heldOn = localDay(heldAt, zone);
  if (heldOn < openedOn) throw Problem.at('date-order', '/heldAt', { earlier: 'openedAt', later: 'heldAt' });
  const early = followUps.findIndex(({ dueOn }) => dueOn < heldOn);
  if (early >= 0) throw Problem.at('date-order', `/followUps/${early}/dueOn`, { earlier: 'heldAt', later: 'dueOn' });
}

/** By whom it was given to, the lead or a supervisor, also after the linkage was closed: what was promised is owed. Problems: `forbidden`, `follow-up-done`. */
export function requireFinishable({ cadreId, done }: { readonly cadreId: string; readonly done: boolean }, me: string, parties: ReadonlySet<LinkageParty>): void {
  if (cadreId !== me && !parties.has('lead') && !parties.has('supervisor')) throw new Problem('forbidden');
  if (done) throw new Problem('follow-up-done');
}
