import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Day } from '../../kernel/day';

/** Ids, codes, dates, numbers and flags: whatever else is refused when it is appended. */
export type JournalData = { readonly [name: string]: string | number | boolean | null | readonly string[] | JournalData };

/** One append-only line of what happened. */
@Entity('journal_entry')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'journal_entry_of_park' })
@Index('journal_entry_by_subject', ['parkId', 'subjectId', 'id'])
export class JournalEntry {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'journal_entry_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('text') type: string;
  @Column('timestamptz') recordedAt: Date;
  /** The date to which the change belongs, however late it was recorded. */
  @Column('date') effectiveOn: Day;
  @Column('text') actorKind: string;
  @Column('text') actorId: string;
  @Column('text') subjectType: string;
  @Column('uuid') subjectId: string;
  @Column('jsonb') data: JournalData;
  @Column('text') requestId: string;
}
