import type { Day } from '../kernel/day';
import { maskPhone } from '../enterprises/domain/contact';
import { Choice, DayField, Flag, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import { PageQuery } from '../platform/http/page';
import type { CadreLeave } from './cadre-leave.entity';
import type { Cadre } from './cadre.entity';

const CADRE_ROLES = ['officer', 'leader', 'handler', 'supervisor', 'admin', 'inspector', 'county'];

export class CadresQuery extends PageQuery {
  @Id({ description: 'Of this department.', optional: true }) departmentId?: string;
  @Choice({ description: 'With this role.', of: CADRE_ROLES, optional: true }) role?: string;
  @Flag({ description: 'Only active ones, or only those who are not.', optional: true, query: true }) active?: boolean;
  @Text({ description: 'Part of the name.', max: 50, optional: true, example: '超' }) q?: string;
}

class IdentityBody {
  @Text({ description: 'Who vouches for the person.', max: 300, example: 'https://id.example.gov.cn' }) issuer: string;
  @Text({ description: 'The person, in the issuer’s words.', max: 255, example: 'suchao' }) subject: string;
}

export class PatchCadre {
  @Text({ description: 'Name.', max: 50, optional: true, example: '苏超' }) name?: string;
  @Id({ description: 'Department.', optional: true }) departmentId?: string;
  @Choice({ description: 'Roles. An administrator grants neither inspector, county nor operator.', of: [...CADRE_ROLES, 'operator'], optional: true, list: { max: 8, unique: true } }) roles?: string[];
  @Text({ description: 'Phone of the mainland.', max: 40, optional: true, nullable: true, example: '13810041373' }) phone?: string | null;
  @Nested(() => IdentityBody, { description: 'By which token the person is known.', optional: true, nullable: true }) identity?: IdentityBody | null;
  @Flag({ description: 'Who is not active may do nothing. Duties are handed over first.', optional: true }) active?: boolean;
}

export class CreateCadre extends PatchCadre {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true }) id?: string;
  @Id({ description: 'Which park, for those who have several.', optional: true }) parkId?: string;
  @Text({ description: 'Name.', max: 50, example: '苏超' }) declare name: string;
  @Id({ description: 'Department.' }) declare departmentId: string;
  @Choice({ description: 'Roles. An administrator grants neither inspector, county nor operator.', of: [...CADRE_ROLES, 'operator'], list: { max: 8, unique: true } }) declare roles: string[];
}

export class CadreResponse {
  @Id({ description: 'The cadre.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Id({ description: 'Department.' }) departmentId: string;
  @Text({ description: 'Name.', max: 50, example: '苏超' }) name: string;
  @Choice({ description: 'Roles.', of: CADRE_ROLES, list: { max: 8 } }) roles: string[];
  @Text({ description: 'Phone, masked.', max: 40, nullable: true, example: '138****1373' }) phone: string | null;
  @Nested(() => IdentityBody, { description: 'By which token the person is known; shown to administrators alone.', nullable: true }) identity: IdentityBody | null;
  @Flag({ description: 'Whether they serve.' }) active: boolean;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was created.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

export function toCadreResponse(row: Cadre, showIdentity: boolean): CadreResponse {
  const { id, parkId, departmentId, name, roles, phone, issuer, subject, active, version } = row;
  return {
    id, parkId, departmentId, name, roles, phone: phone === null ? null : maskPhone(phone),
    identity: showIdentity && issuer !== null && subject !== null ? { issuer, subject } : null,
    active, version, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString(),
  };
}

export class PatchLeave {
  @DayField({ description: 'First day.', optional: true }) from?: Day;
  @DayField({ description: 'Last day.', optional: true, example: '2026-03-15' }) to?: Day;
  @Id({ description: 'Who may fulfil the duties meanwhile.', optional: true, nullable: true }) substituteId?: string | null;
}

export class CreateLeave extends PatchLeave {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true }) id?: string;
  @DayField({ description: 'First day.' }) declare from: Day;
  @DayField({ description: 'Last day.', example: '2026-03-15' }) declare to: Day;
}

export class CancelLeave {}

export class LeaveResponse {
  @Id({ description: 'The leave.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Id({ description: 'Whose.' }) cadreId: string;
  @DayField({ description: 'First day.' }) from: Day;
  @DayField({ description: 'Last day.' }) to: Day;
  @Id({ description: 'Who may fulfil the duties meanwhile.', nullable: true }) substituteId: string | null;
  @InstantField({ description: 'When it was cancelled.', nullable: true }) cancelledAt: string | null;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was created.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

export function toLeaveResponse({ id, parkId, cadreId, fromOn, toOn, substituteId, cancelledAt, version, createdAt, updatedAt }: CadreLeave): LeaveResponse {
  return {
    id, parkId, cadreId, from: fromOn, to: toOn, substituteId, cancelledAt: cancelledAt?.toISOString() ?? null, version, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(),
  };
}
