import { Check, Column, Entity, ForeignKey, Generated, Index, PrimaryColumn } from 'typeorm';
import type { Day } from '../../kernel/day';
import type { JournalData } from './journal-data';

/** One append-only line of what happened. Whoever appends leaves the last five columns alone: the database and the sealer fill them. */
@Entity('journal_entry')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'journal_entry_of_park' })
@Index('journal_entry_by_subject', ['parkId', 'subjectId', 'id'])
@Index('journal_entry_number_once', ['parkId', 'number'], { unique: true, where: 'number IS NOT NULL' })
@Index('journal_entry_by_type', ['parkId', 'type', 'number'], { where: 'number IS NOT NULL' })
@Index('journal_entry_to_seal', ['parkId', 'position'], { where: 'number IS NULL' })
@Check('journal_entry_sealed_whole', 'num_nulls(number, hash, algorithm, sealed_at) IN (0, 4)')
@Check('journal_entry_number_counts', 'number >= 1')
@Check('journal_entry_hash_whole', 'octet_length(hash) = 32')
@Check('journal_entry_algorithm_known', `algorithm IN ('sha256', 'sm3')`)
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
  /** The order in which entries were appended, over all parks; a transaction that was rolled back leaves a gap. */
  @Column('bigint') @Generated('increment') position: number;
  /** 1, 2, 3… in each park, once sealed. */
  @Column('bigint', { nullable: true }) number: number | null;
  /** Over the hash of the entry before and all other columns of this one: see chain.ts. */
  @Column('bytea', { nullable: true }) hash: Buffer | null;
  @Column('text', { nullable: true }) algorithm: 'sha256' | 'sm3' | null;
  @Column('timestamptz', { nullable: true }) sealedAt: Date | null;
}
