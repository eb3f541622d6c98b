import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { Day } from '../kernel/day';
import type { JournalData } from '../platform/journal/journal-data';

/** One append-only line of what happened behind the wall, sealed where it is appended. Its columns mean what those of the journal mean. */
@Entity('integrity_entry')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'integrity_entry_of_park' })
@Unique('integrity_entry_number_once', ['parkId', 'number'])
@Check('integrity_entry_number_counts', 'number >= 1')
@Check('integrity_entry_hash_whole', 'octet_length(hash) = 32')
@Check('integrity_entry_algorithm_known', "algorithm IN ('sha256', 'sm3')")
export class IntegrityEntry {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'integrity_entry_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('bigint') number: number;
  @Column('text') type: string;
  @Column('timestamptz') recordedAt: Date;
  @Column('date') effectiveOn: Day;
  @Column('text') actorKind: string;
  @Column('text') actorId: string;
  @Column('text') subjectType: string;
  @Column('uuid') subjectId: string;
  @Column('jsonb') data: JournalData;
  @Column('text') requestId: string;
  @Column('bytea') hash: Buffer;
  @Column('text') algorithm: 'sha256' | 'sm3';
  @Column('timestamptz') sealedAt: Date;
}

/** The last entry of a park's chain: it cannot be cut off unseen. */
@Entity('integrity_head')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'integrity_head_of_park' })
@Check('integrity_head_number_counts', 'number >= 1')
@Check('integrity_head_hash_whole', 'octet_length(hash) = 32')
@Check('integrity_head_algorithm_known', "algorithm IN ('sha256', 'sm3')")
export class IntegrityHead {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'integrity_head_pkey' }) parkId: string;
  @Column('bigint') number: number;
  @Column('bytea') hash: Buffer;
  @Column('text') algorithm: 'sha256' | 'sm3';
  @Column('timestamptz') sealedAt: Date;
}
