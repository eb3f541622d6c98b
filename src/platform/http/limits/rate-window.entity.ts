import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How many requests of one minute have been leased to processes, for one caller or address. */
@Entity('rate_window')
@Check('rate_window_used_counts', 'used >= 1')
@Index('rate_window_by_age', ['beginsAt'])
export class RateWindow {
  /** A digest, with a key that is not in the database: neither subjects nor addresses are stored, nor can they be guessed. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'rate_window_pkey' }) key: Buffer;
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'rate_window_pkey' }) beginsAt: Date;
  @Column('integer') used: number;
}
