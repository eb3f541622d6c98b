import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { Day } from '../kernel/day';
import type { Policy } from './domain/policy';

/** One version of a park's policy; it governs from its first day until the next one's. */
@Entity('park_policy')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'park_policy_of_park' })
@Unique('park_policy_one_version_a_day', ['parkId', 'effectiveFrom'])
export class ParkPolicy {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'park_policy_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('date') effectiveFrom: Day;
  @Column('jsonb') visits: Policy['visits'];
  @Column('jsonb') tickets: Policy['tickets'];
  @Column('jsonb') escalation: Policy['escalation'];
  @Column('jsonb') assessment: Policy['assessment'];
  @Column('jsonb') privacy: Policy['privacy'];
  @Column('timestamptz') createdAt: Date;
}

/** One version of a park's working hours: windows as pairs of `HH:MM`. */
@Entity('working_hours')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'working_hours_of_park' })
@Unique('working_hours_one_version_a_day', ['parkId', 'effectiveFrom'])
export class WorkingHoursVersion {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'working_hours_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('date') effectiveFrom: Day;
  @Column('jsonb') windows: [string, string][];
  @Column('timestamptz') createdAt: Date;
}
