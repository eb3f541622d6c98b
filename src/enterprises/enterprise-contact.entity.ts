import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/** A person to talk to at an enterprise. The one kind of row that is deleted: when it is asked for, or when the list changes. */
@Entity('enterprise_contact')
@ForeignKey('Enterprise', ['parkId', 'enterpriseId'], ['parkId', 'id'], { name: 'enterprise_contact_of_enterprise' })
@ForeignKey('Cadre', ['parkId', 'changedBy'], ['parkId', 'id'], { name: 'enterprise_contact_entered_in_park' })
@Index('enterprise_contact_by_author', ['parkId', 'changedBy'], { where: 'changed_by IS NOT NULL' })
@Unique('enterprise_contact_in_order', ['parkId', 'enterpriseId', 'position'])
export class EnterpriseContact {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'enterprise_contact_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') enterpriseId: string;
  @Column('integer') position: number;
  @Column('text') name: string;
  @Column('text', { nullable: true }) title: string | null;
  @Column('text', { nullable: true }) phone: string | null;
  /** When this name, title or phone came to be as it is. */
  @Column('timestamptz') changedAt: Date;
  /** The cadre who entered it so; null when a client did. No link goes to whom the handler has entered. */
  @Column('uuid', { nullable: true }) changedBy: string | null;
}
