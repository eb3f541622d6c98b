import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Day } from '../kernel/day';
import type { EnterpriseStatus } from './domain/status';

/** A status from a day on. The rows that nothing replaced are the facts from which duties derive their pauses and their end. */
@Entity('enterprise_status')
@ForeignKey('Enterprise', ['parkId', 'enterpriseId'], ['parkId', 'id'], { name: 'enterprise_status_of_enterprise' })
@Check('enterprise_status_step_known', "status IN ('signed', 'under_construction', 'in_production', 'suspended', 'exited')")
@Index('enterprise_status_one_a_day', ['parkId', 'enterpriseId', 'onDate'], { unique: true, where: 'replaced_at IS NULL' })
@Index('enterprise_status_by_enterprise', ['parkId', 'enterpriseId', 'onDate'])
export class EnterpriseStatusChange {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'enterprise_status_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') enterpriseId: string;
  @Column('text') status: EnterpriseStatus;
  @Column('date') onDate: Day;
  @Column('text', { nullable: true }) reason: string | null;
  @Column('timestamptz') recordedAt: Date;
  @Column('text') recordedBy: string;
  /** When a later change took its place. */
  @Column('timestamptz', { nullable: true }) replacedAt: Date | null;
}
