import type { Day } from '../../kernel/day';
import { type SealedEntry, toCloudEvent } from './change-event';

const ENTERPRISE = '01950000-0000-7000-8000-000000000301';
const entry: SealedEntry = {
  id: '01950000-0000-7000-8000-000000000900', parkId: '01950000-0000-7000-8000-000000000001', number: 7, type: 'plan.made', recordedAt: new Date('2026-03-02T01:30:00Z'),
  effectiveOn: '2026-03-02' as Day, actorKind: 'cadre', actorId: '01950000-0000-7000-8000-000000000101', subjectType: 'planned-visit', subjectId: '01950000-0000-7000-8000-000000000500',
  data: { enterpriseId: ENTERPRISE, on: '2026-03-05' }, sealedAt: new Date('2026-03-02T01:30:01Z'), hash: 'ab'.repeat(32),
};
const person = { kind: 'cadre', scopes: [] } as const;

it('is a CloudEvent', () => {
  expect(toCloudEvent(entry, person)).toEqual({
    specversion: '1.0', id: entry.id, source: 'urn:service-ledger:park:01950000-0000-7000-8000-000000000001', type: 'service-ledger.plan.made.v1',
    subject: 'planned-visit/01950000-0000-7000-8000-000000000500', time: '2026-03-02T01:30:00.000Z', parkid: entry.parkId, sequence: '7', effectiveon: '2026-03-02',
    actorkind: 'cadre', actorid: entry.actorId, sealedat: '2026-03-02T01:30:01.000Z', hash: 'ab'.repeat(32),
    datacontenttype: 'application/json', dataschema: 'urn:service-ledger:schema:plan.made:v1', data: { enterpriseId: ENTERPRISE, on: '2026-03-05' },
  });
});

it.each([
  ['a client with its scope is told the data', ['changes:read', 'visits:read'], 'plan.made', true],
  ['a client without its scope is not', ['changes:read', 'enterprises:read'], 'plan.made', false],
  ['no client is told when somebody is on leave', ['changes:read', 'enterprises:read', 'visits:read'], 'leave.added', false],
] as const)('%s', (_what, scopes, type, told) => {
  const event = toCloudEvent({ ...entry, type }, { kind: 'client', scopes });
  expect(['data' in event, 'dataschema' in event, 'datacontenttype' in event]).toEqual([told, told, told]);
});

describe('a reminder that was answered', () => {
  const [ticketId, assignmentId] = ['01950000-0000-7000-8000-000000000401', '01950000-0000-7000-8000-000000000402'];

  it.each([
    ['of a ticket', { ticketId, event: 3, assignmentId: null }, ['tickets:read'], true], ['of a ticket', { ticketId, event: 3, assignmentId: null }, ['visits:read'], false],
    ['of a visit', { ticketId: null, event: null, assignmentId }, ['visits:read'], true], ['of a visit', { ticketId: null, event: null, assignmentId }, ['tickets:read'], false],
  ] as const)('%s %j, to a client with %j: %s', (_what, data, scopes, told) => {
    const event = toCloudEvent({ ...entry, type: 'reminder.answered', data: { kind: 'reminder', enterpriseId: ENTERPRISE, cadreId: entry.actorId, ...data } }, { kind: 'client', scopes });
    expect('data' in event).toBe(told);
  });
});

it('says nothing that the catalogue does not describe, nor what is not of the described shape', () => {
  const { data } = toCloudEvent({ ...entry, data: { enterpriseId: '苏超', on: '2026-03-05', phone: '13800000000' } }, person);
  expect(data).toEqual({ on: '2026-03-05' });
});

it('tells a grade, and who gave it, to clients alone', () => {
  const graded = { ...entry, type: 'ticket.graded', actorKind: 'client', actorId: 'a-portal', data: { ticketId: ENTERPRISE, enterpriseId: ENTERPRISE, event: 6, status: 'in_progress', cycle: 1, grade: 2 } };
  const seen = (reader: Parameters<typeof toCloudEvent>[1]) => { const { actorkind, actorid, data } = toCloudEvent(graded, reader); return [actorkind, actorid, data?.['grade'], data?.['status']]; };
  expect(seen(person)).toEqual(['enterprise', 'enterprise', undefined, 'in_progress']);
  expect(seen({ kind: 'client', scopes: ['changes:read', 'tickets:read'] })).toEqual(['client', 'a-portal', 2, 'in_progress']);
});

it('tells of an entry that a newer program has written, without its data', () => {
  const event = toCloudEvent({ ...entry, type: 'moon.landed.v3' }, person);
  expect(event).toMatchObject({ type: 'service-ledger.moon.landed.v3', sequence: '7' });
  expect(event).not.toHaveProperty('data');
});
