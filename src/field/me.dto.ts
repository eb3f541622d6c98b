import { ROLES } from '../kernel/actor';
import { Choice, Id, Nested, Text, Whole } from '../platform/http/fields';
import { DueVisit } from '../assignments/due-list.service';
import { UnresolvedTicket } from '../tickets/ticket-due-list.service';

export class MeResponse {
  @Id({ description: 'The cadre; null for a client or operator.', nullable: true }) cadreId: string | null;
  @Text({ description: 'Name.', max: 200, nullable: true, example: '苏超' }) name: string | null;
  @Id({ description: 'The park that is meant where none is named; null when several are in scope. Of a machine client its own, and null where the token does not reach that.', nullable: true }) parkId: string | null;
  @Id({ description: 'Every park in scope.', list: { max: 10_000 } }) parkIds: string[];
  @Id({ description: 'The department.', nullable: true }) departmentId: string | null;
  @Choice({ description: 'Roles.', of: ROLES, list: { max: 10 } }) roles: string[];
  @Text({ description: 'Scopes of a client.', max: 40, list: { max: 20 }, example: 'visits:read' }) scopes: string[];
}

export class WorklistQuery {
  @Whole({ description: 'How many of each, 1 to 200; 200 when left out.', min: 1, max: 200, example: 50, optional: true, query: true }) limit?: number;
  @Id({ description: 'Which park, for those who have several in scope.', optional: true }) parkId?: string;
}

export class WorklistResponse {
  @Nested(() => DueVisit, { description: 'My duties by due date, the most overdue first.', list: { max: 200 } }) visits: readonly DueVisit[];
  @Nested(() => UnresolvedTicket, { description: 'The tickets that I handle by deadline, the most overdue first.', list: { max: 200 } }) tickets: readonly UnresolvedTicket[];
}
