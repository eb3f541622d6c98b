import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** How far the chain of a park is sealed; no row while nothing is. Written by the sealer, in the transaction that seals. */
@Entity('journal_head')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'journal_head_of_park' })
@Check('journal_head_number_counts', 'number >= 1')
@Check('journal_head_hash_whole', 'octet_length(hash) = 32')
@Check('journal_head_algorithm_known', `algorithm IN ('sha256', 'sm3')`)
export class JournalHead {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'journal_head_pkey' }) parkId: string;
  @Column('bigint') number: number;
  @Column('bytea') hash: Buffer;
  @Column('text') algorithm: 'sha256' | 'sm3';
  @Column('timestamptz') sealedAt: Date;
}
