import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Day } from '../kernel/day';

/** What the sweep waits for: the next due date of a duty whose passing makes a new lapse. Recording the lapse takes the row away. */
@Entity('duty_watch')
@ForeignKey('Assignment', ['parkId', 'assignmentId'], ['parkId', 'id'], { name: 'duty_watch_of_assignment' })
@Index('duty_watch_by_date', ['parkId', 'watchOn'])
export class DutyWatch {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'duty_watch_pkey' }) parkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'duty_watch_pkey' }) assignmentId: string;
  @Column('date') watchOn: Day;
}
