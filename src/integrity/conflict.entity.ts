import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Day } from '../kernel/day';
import type { Interest } from './domain/conflict';
import type { Level } from './domain/report';

/** What a cadre has in an enterprise, as they declare it. It lasts until an inspector ends it. */
@Entity('integrity_declaration')
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'integrity_declaration_by_cadre' })
@ForeignKey('Enterprise', ['parkId', 'enterpriseId'], ['parkId', 'id'], { name: 'integrity_declaration_about_enterprise' })
@Check('integrity_declaration_kind_known', "kind IN ('shareholding', 'contract', 'kin')")
@Check('integrity_declaration_ended_whole', 'num_nulls(ended_at, ended_by, end_reason) IN (0, 3)')
@Index('integrity_declaration_of_cadre', ['parkId', 'cadreId', 'enterpriseId'])
@Index('integrity_declaration_of_enterprise', ['parkId', 'enterpriseId'])
export class IntegrityDeclaration {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'integrity_declaration_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') cadreId: string;
  @Column('uuid') enterpriseId: string;
  @Column('text') kind: Interest;
  @Column('text') description: string;
  /** Since when they have it. */
  @Column('date', { nullable: true }) since: Day | null;
  @Column('timestamptz') declaredAt: Date;
  @Column('timestamptz', { nullable: true }) endedAt: Date | null;
  @Column('uuid', { nullable: true }) endedBy: string | null;
  @Column('text', { nullable: true }) endReason: string | null;
}

/** An inspector keeps a cadre from an enterprise, or from all, until it is ended. */
@Entity('integrity_recusal')
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'integrity_recusal_of_cadre' })
@ForeignKey('Enterprise', ['parkId', 'enterpriseId'], ['parkId', 'id'], { name: 'integrity_recusal_from_enterprise' })
@Check('integrity_recusal_level_known', "level IN ('park', 'county')")
@Check('integrity_recusal_ended_whole', 'num_nulls(ended_at, ended_by, end_reason) IN (0, 3)')
@Index('integrity_recusal_by_cadre', ['parkId', 'cadreId', 'id'])
@Index('integrity_recusal_by_enterprise', ['parkId', 'enterpriseId'], { where: 'enterprise_id IS NOT NULL' })
export class IntegrityRecusal {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'integrity_recusal_pkey' }) id: string;
  @Column('uuid') parkId: string;
  /** Whose inspectors set it and see it: the county's may follow from a report about one of the park's. */
  @Column('text') level: Level;
  @Column('uuid') cadreId: string;
  /** Null: from all. */
  @Column('uuid', { nullable: true }) enterpriseId: string | null;
  @Column('text') reason: string;
  @Column('uuid') setBy: string;
  @Column('timestamptz') setAt: Date;
  @Column('timestamptz', { nullable: true }) endedAt: Date | null;
  @Column('uuid', { nullable: true }) endedBy: string | null;
  @Column('text', { nullable: true }) endReason: string | null;
}
