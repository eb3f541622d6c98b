import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { CadreRole } from './domain/roles';

/** A person who serves. Whoever comes with a token of the issuer and subject acts as this cadre. */
@Entity('cadre')
@ForeignKey('Department', ['parkId', 'departmentId'], ['parkId', 'id'], { name: 'cadre_in_department' })
@Unique('cadre_row_in_park', ['parkId', 'id'])
@Unique('cadre_identity_once', ['issuer', 'subject'])
@Check('cadre_identity_whole', '(issuer IS NULL) = (subject IS NULL)')
@Check('cadre_roles_known', "roles <@ ARRAY['officer', 'leader', 'handler', 'supervisor', 'admin', 'inspector', 'county']")
@Index('cadre_by_name', ['parkId', 'sortKey', 'id'])
@Index('cadre_by_department', ['parkId', 'departmentId'])
export class Cadre {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'cadre_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') departmentId: string;
  @Column('text') name: string;
  /** The name as it is said, see `personSortKey`. */
  @Column({ type: 'text', collation: 'C' }) sortKey: string;
  @Column('text', { array: true }) roles: CadreRole[];
  /** In full: only a response class that masks it may carry it further. */
  @Column('text', { nullable: true }) phone: string | null;
  @Column('text', { nullable: true }) issuer: string | null;
  @Column('text', { nullable: true }) subject: string | null;
  @Column('boolean') active: boolean;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}
