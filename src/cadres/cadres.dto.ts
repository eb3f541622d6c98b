import { maskPhone } from '../enterprises/domain/contact';
import { type Role, ROLES } from '../kernel/actor';
import { Choice, Flag, Id, InstantField, Nested, Text, Whole } from '../platform/http/fields';
import { PageQuery } from '../platform/http/page';
import type { Cadre } from './cadre.entity';
import { CADRE_ROLES, type CadreRole } from './domain/roles';

export class CadreIdentity {
  @Text({ description: 'Issuer of the tokens, as in their `iss`.', max: 300, example: 'https://login.example.cn' }) issuer: string;
  @Text({ description: 'Subject of the tokens, as in their `sub`.', max: 255, example: 'su.chao' }) subject: string;
}

export class PatchCadre {
  @Text({ description: 'Name.', max: 50, optional: true, example: '苏超' })
  name?: string;

  @Id({ description: 'The department.', optional: true })
  departmentId?: string;

  @Choice({ description: 'Replaces the list. An administrator gives and takes officer, leader, handler, supervisor and admin; others stay as they are.', of: ROLES, optional: true, list: { min: 1, max: 8, unique: true } })
  roles?: Role[];

  @Text({ description: 'A mobile, landline or 400 number of the mainland; +86, spaces and full-width digits are understood.', max: 40, optional: true, nullable: true, example: '13812345678' })
  phone?: string | null;

  @Nested(() => CadreIdentity, { description: 'Whose tokens stand for this cadre, given whole; once in the whole installation.', optional: true, nullable: true })
  identity?: CadreIdentity | null;

  @Flag({ description: 'Whether the cadre serves. Who still has duties can’t be deactivated.', optional: true })
  active?: boolean;
}

export class CreateCadre extends PatchCadre {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true })
  id?: string;

  @Id({ description: 'Which park, for those who have several.', optional: true })
  parkId?: string;

  @Text({ description: 'Name.', max: 50, example: '苏超' })
  declare name: string;

  @Id({ description: 'The department.' })
  declare departmentId: string;

  @Choice({ description: 'One or more of officer, leader, handler, supervisor and admin; an administrator grants no others.', of: ROLES, list: { min: 1, max: 8, unique: true } })
  declare roles: Role[];
}

export class CadreQuery extends PageQuery {
  @Text({ description: 'A part of the name.', max: 50, optional: true, example: '苏' })
  q?: string;

  @Id({ description: 'Of this department.', optional: true })
  departmentId?: string;

  @Choice({ description: 'Has this role.', of: CADRE_ROLES, optional: true, example: 'officer' })
  role?: CadreRole;

  @Flag({ description: 'Serves, or does not any more; both when left out.', optional: true, query: true })
  active?: boolean;
}

export class CadreResponse {
  @Id({ description: 'The cadre.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Id({ description: 'The department.' }) departmentId: string;
  @Text({ description: 'Name.', max: 50, example: '苏超' }) name: string;
  @Choice({ description: 'Roles.', of: CADRE_ROLES, list: { max: 7 } }) roles: CadreRole[];
  @Text({ description: 'Phone, masked.', max: 40, nullable: true, example: '138****5678' }) phone: string | null;
  @Nested(() => CadreIdentity, { description: 'Whose tokens stand for this cadre.', nullable: true }) identity: CadreIdentity | null;
  @Flag({ description: 'Whether the cadre serves.' }) active: boolean;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When the cadre was added.' }) createdAt: string;
  @InstantField({ description: 'When the cadre was changed last.' }) updatedAt: string;
}

export function toCadreResponse({ id, parkId, departmentId, name, roles, phone, issuer, subject, active, version, createdAt, updatedAt }: Cadre): CadreResponse {
  return {
    id, parkId, departmentId, name, roles: [...roles], phone: phone === null ? null : maskPhone(phone), identity: issuer === null || subject === null ? null : { issuer, subject }, active,
    version, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(),
  };
}
