import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { CalendarDay, YearStatus } from '../kernel/working-calendar';

/** One version of one year of the national working-day calendar. Versions are kept: closed episodes are judged by theirs. */
@Entity('calendar_year')
@Check('calendar_year_status_known', "status IN ('official', 'provisional', 'missing')")
@Check('calendar_year_in_range', 'year BETWEEN 1900 AND 2999')
export class CalendarYearVersion {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'calendar_year_pkey' }) year: number;
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'calendar_year_pkey' }) version: number;
  @Column('text') status: YearStatus;
  @Column('text') source: string;
  @Column('jsonb') days: CalendarDay[];
  @Column('timestamptz') loadedAt: Date;
}
