import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** What a nightly verification of a park's chain has found. Append-only. */
@Entity('journal_verification')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'journal_verification_of_park' })
@Index('journal_verification_by_time', { synchronize: false })
@Check('journal_verification_broken_somewhere', 'valid = (first_broken_number IS NULL) AND valid = (first_broken_reason IS NULL)')
@Check('journal_verification_entry_only_where_broken', 'first_broken_entry_id IS NULL OR NOT valid')
export class JournalVerification {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'journal_verification_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('timestamptz') at: Date;
  @Column('bigint') fromNumber: number;
  @Column('bigint') toNumber: number;
  @Column('boolean') valid: boolean;
  @Column('bigint', { nullable: true }) firstBrokenNumber: number | null;
  @Column('uuid', { nullable: true }) firstBrokenEntryId: string | null;
  @Column('text', { nullable: true }) firstBrokenReason: string | null;
  /** How far the chain has been verified without a gap, and the hash there; null in lines of older versions. */
  @Column('bigint', { nullable: true }) verifiedTo: number | null;
  @Column('bytea', { nullable: true }) verifiedHash: Buffer | null;
  /** How far its older part has been walked again; 0 at the beginning of a round. */
  @Column('bigint', { nullable: true }) walkedTo: number | null;
}
