import { Flag, Id, InstantField, Text, Whole } from '../platform/http/fields';
import type { Department } from './department.entity';

export class PatchDepartment {
  @Text({ description: 'Name, once per park.', max: 100, optional: true, example: '产业服务部' })
  name?: string;

  @Text({ description: 'What kind of department it is, in the park’s own words.', max: 50, optional: true, example: 'department' })
  kind?: string;

  @Flag({ description: 'Answers for tickets that nobody has been given yet. One per park: the one before gives way.', optional: true, example: false })
  assigning?: boolean;
}

export class CreateDepartment extends PatchDepartment {
  @Id({ description: 'Made by the client; a UUID of version 7.', optional: true })
  id?: string;

  @Id({ description: 'Which park, for those who have several.', optional: true })
  parkId?: string;

  @Text({ description: 'Name, once per park.', max: 100, example: '产业服务部' })
  declare name: string;
}

export class DepartmentResponse {
  @Id({ description: 'The department.' }) id: string;
  @Id({ description: 'The park.' }) parkId: string;
  @Text({ description: 'Name.', max: 100, example: '产业服务部' }) name: string;
  @Text({ description: 'Kind.', max: 50, example: 'department' }) kind: string;
  @Flag({ description: 'Answers for unassigned tickets.' }) assigning: boolean;
  @Whole({ description: 'Counts changes; the ETag.', min: 1, max: 2_147_483_647 }) version: number;
  @InstantField({ description: 'When it was created.' }) createdAt: string;
  @InstantField({ description: 'When it was changed last.' }) updatedAt: string;
}

export function toDepartmentResponse(department: Department): DepartmentResponse {
  const { id, parkId, name, kind, assigning, version, createdAt, updatedAt } = department;
  return { id, parkId, name, kind, assigning, version, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}
