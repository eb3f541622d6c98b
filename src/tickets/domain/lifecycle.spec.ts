import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, EXPLAINED, PLAIN, RESOLVED, type Told, ticketAfter, WORKING } from '../../../test/support/told-tickets';
import { LIFECYCLE, RUNS_OUT, STATES, type State, STEPS } from './lifecycle';
import { lifecycleDocument } from './lifecycle-document';
import { advance, apply } from './ticket';

it('is what docs/tickets.md says', () => {
  const page = readFileSync(join(__dirname, '../../../docs/tickets.md'), 'utf8');
  // `npm run -s build && npm run -s lifecycle` prints it.
  expect(page).toContain(`\n${lifecycleDocument()}\n`);
});

it('leads to every state', () => {
  const reached = new Set<string>(['registered', ...STEPS.flatMap((step) => LIFECYCLE[step].to)]);
  expect(STATES.filter((state) => !reached.has(state))).toEqual([]);
});

const delivered: Told = ['2026-03-03 11:00', { type: 'delivered' }];
it.each<[State, readonly Told[]]>([
  ['waiting_enterprise', [...WORKING, ['2026-03-03 10:00', { type: 'request-material' }]]],
  ['explained', [...EXPLAINED, delivered]],
  ['resolved', [...RESOLVED, delivered]],
  ['deferred', [...EXPLAINED, ['2026-03-04 10:00', { type: 'acknowledge', understood: true }]]],
])('a ticket that is %s goes where the table says when its clock runs out', (from, happenings) => {
  const before = ticketAfter(happenings);
  const { passed } = advance(before, at('2026-05-20 00:00').at, PLAIN);
  const until = passed.findIndex(({ type }) => type === 'ran-out');
  const after = passed.slice(0, until + 1).reduce((ticket, event) => apply(ticket, event, PLAIN), before);
  const event = passed[until];
  const kind = after.clocks.find(({ no }) => event !== undefined && 'clock' in event && no === event.clock)?.kind;
  expect([before.state, { from, clock: kind, to: after.state }]).toEqual([from, RUNS_OUT.find((one) => one.from === from)]);
});
