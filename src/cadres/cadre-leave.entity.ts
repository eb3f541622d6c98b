import { Check, Column, Entity, Exclusion, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Day } from '../kernel/day';

/** Days on which a cadre is away, and who may fulfil their duties meanwhile. The duties themselves do not rest. */
@Entity('cadre_leave')
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'cadre_leave_of_cadre' })
@ForeignKey('Cadre', ['parkId', 'substituteId'], ['parkId', 'id'], { name: 'cadre_leave_substitute_in_park' })
@Check('cadre_leave_ends_after_it_begins', 'to_on >= from_on')
@Check('cadre_leave_substitute_is_another', 'substitute_id <> cadre_id')
@Exclusion('cadre_leave_one_at_a_time', "USING gist (((cadre_id)::text) WITH =, daterange(from_on, to_on, '[]') WITH &&) WHERE (cancelled_at IS NULL)")
@Index('cadre_leave_by_cadre', ['parkId', 'cadreId', 'fromOn'])
@Index('cadre_leave_by_substitute', ['parkId', 'substituteId'], { where: 'substitute_id IS NOT NULL' })
export class CadreLeave {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'cadre_leave_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') cadreId: string;
  @Column('date') fromOn: Day;
  /** The last day of the leave. */
  @Column('date') toOn: Day;
  @Column('uuid', { nullable: true }) substituteId: string | null;
  @Column('timestamptz', { nullable: true }) cancelledAt: Date | null;
  @Column('text', { nullable: true }) cancelReason: string | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}
