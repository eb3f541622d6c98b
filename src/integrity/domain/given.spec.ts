import { WHO_IS_GIVEN } from './given';

describe('who is given something to do', () => {
  it.each([
    ['assignment.started', { cadreId: 'a', enterpriseId: 'e' }, ['a']],
    ['ticket.assigned', { handlerId: 'a', collaboratorIds: ['b', 'c'] }, ['a', 'b', 'c']],
    ['ticket.reassigned', { handlerId: 'a', collaboratorIds: [] }, ['a']],
    ['ticket.lead_named', { leadId: 'a', handlerId: 'b' }, ['a']],
    ['linkage.team_changed', { cadreIds: ['a', 'b'], departmentIds: ['d'] }, ['a', 'b']],
    ['ticket.assigned', {}, []],
  ])('%s %j: %j', (type, data, ids) => {
    expect(WHO_IS_GIVEN[type]?.(data)).toEqual(ids);
  });
});
