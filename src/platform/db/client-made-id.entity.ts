import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** An id that a client made, with the fingerprint of what it created. */
@Entity('client_made_id')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'client_made_id_of_park', deferrable: 'INITIALLY DEFERRED' })
@Index('client_made_id_by_park', ['parkId'])
export class ClientMadeId {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'client_made_id_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('text') resource: string;
  @Column('bytea') fingerprint: Buffer;
  @Column('timestamptz') madeAt: Date;
}
