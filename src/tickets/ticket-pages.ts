import type { Order } from '../platform/http/page';
import type { AnswerResponse, EventResponse, TicketTimelineItem } from './ticket-events.dto';

/** Numbers count on: what happens later comes last. */
export const EVENTS: Order<EventResponse> = { types: ['number'], keyOf: ({ no }) => [no] };

/** By time. A survivor’s answers come in among those that were there, also when it is merged itself while somebody reads. */
export const ANSWERS: Order<AnswerResponse> = { types: ['string', 'string', 'number'], keyOf: ({ at, ticketId, no }) => [at, ticketId, no] };

/** By time; of one instant, events come before the clocks that they stop, and these before those that they start. A session comes in where it was held, however late it is recorded. */
export const TIMELINE: Order<TicketTimelineItem> = {
  types: ['string', 'number', 'number', 'string'],
  keyOf: ({ at, event, clock, session }) => [at, event !== null ? 0 : clock === null ? 3 : clock.what === 'stopped' ? 1 : 2, event?.no ?? clock?.no ?? 0, session?.id ?? ''],
};
