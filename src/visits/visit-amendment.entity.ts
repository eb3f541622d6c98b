import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** What a visit said before somebody changed it. */
@Entity('visit_amendment')
@ForeignKey('Visit', ['parkId', 'visitId'], ['parkId', 'id'], { name: 'visit_amendment_of_visit' })
@ForeignKey('Cadre', ['parkId', 'amendedBy'], ['parkId', 'id'], { name: 'visit_amendment_by_cadre' })
@Index('visit_amendment_by_visit', ['parkId', 'visitId'])
@Index('visit_amendment_by_amender', ['parkId', 'amendedBy'])
export class VisitAmendment {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'visit_amendment_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') visitId: string;
  @Column('timestamptz') amendedAt: Date;
  @Column('uuid') amendedBy: string;
  @Column('text', { nullable: true }) reason: string | null;
  /** The whole row, with its participants. */
  @Column('jsonb') before: object;
}
