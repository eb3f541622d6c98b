import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** The first answer to a `POST` with an `Idempotency-Key`, written in the transaction of its effect. */
@Entity('kept_answer')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'kept_answer_of_park' })
@Check('kept_answer_is_of_a_park_or_a_refusal', '(park_id IS NULL) = (status >= 400)')
@Index('kept_answer_by_park', ['parkId'])
@Index('kept_answer_by_age', ['keptAt'])
export class KeptAnswer {
  /** Digest of the caller, the method, the path and the key. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'kept_answer_pkey' }) scope: Buffer;
  /** The park of the effect, so that the answer is gone for whoever has lost the park; null for a refusal. */
  @Column('uuid', { nullable: true }) parkId: string | null;
  /** Digest of the content: another content under the same key is refused. */
  @Column('bytea') fingerprint: Buffer;
  @Column('smallint') status: number;
  @Column('jsonb') headers: Readonly<Record<string, string>>;
  /** Byte for byte as it was sent. */
  @Column('text') body: string;
  @Column('timestamptz') keptAt: Date;
}
