import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** Where a job that goes round all parks has come to. */
@Entity('job_round')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'job_round_at_park' })
@Index('job_round_by_park', ['parkId'])
export class JobRound {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'job_round_pkey' }) job: string;
  @Column('uuid') parkId: string;
}
