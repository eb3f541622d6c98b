import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Day } from '../kernel/day';
import type { MediaType } from './domain/evidence';
import type { Level, Prohibition, ReportOutcome, ReportStatus, Speaker } from './domain/report';

/** What somebody told the inspectors. Its words stay; what changes is who reads it, which enterprise it is about, and what it came to. */
@Entity('integrity_report')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'integrity_report_of_park' })
@ForeignKey('Enterprise', ['parkId', 'enterpriseId'], ['parkId', 'id'], { name: 'integrity_report_about_enterprise' })
@Unique('integrity_report_row_in_park', ['parkId', 'id'])
@Unique('integrity_report_receipt_once', ['receiptHash'])
@Check('integrity_report_receipt_hashed', 'octet_length(receipt_hash) = 32')
@Check('integrity_report_level_known', "level IN ('park', 'county')")
@Check('integrity_report_prohibitions_known', "prohibitions <@ ARRAY['take_or_demand', 'shares', 'contract_works', 'retaliation'] AND cardinality(prohibitions) >= 1")
@Check('integrity_report_status_known', "status IN ('open', 'decided')")
@Check('integrity_report_outcome_known', "outcome IN ('confirmed', 'partly_confirmed', 'not_confirmed', 'referred')")
@Check('integrity_report_decided_whole', "num_nulls(outcome, reason, decided_by, decided_at) = CASE status WHEN 'decided' THEN 0 ELSE 4 END")
@Check('integrity_report_reply_with_decision', "reply IS NULL OR status = 'decided'")
@Index('integrity_report_by_time', ['parkId', 'level', 'id'])
@Index('integrity_report_by_enterprise', ['parkId', 'enterpriseId'], { where: 'enterprise_id IS NOT NULL' })
export class IntegrityReport {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'integrity_report_pkey' }) id: string;
  @Column('uuid') parkId: string;
  /** Keyed: see domain/receipt-code.ts. */
  @Column('bytea') receiptHash: Buffer;
  @Column('text') level: Level;
  @Column('text', { array: true }) prohibitions: Prohibition[];
  @Column('date', { nullable: true }) occurredOn: Day | null;
  @Column('text') text: string;
  /** As its author wrote it. */
  @Column('text', { nullable: true }) enterpriseName: string | null;
  /** As given and found, or as an inspector found out. */
  @Column('uuid', { nullable: true }) enterpriseId: string | null;
  /** In it names are sought: whoever is spoken of does not read it. */
  @Column('text') searchText: string;
  @Column('text') status: ReportStatus;
  @Column('text', { nullable: true }) outcome: ReportOutcome | null;
  /** For the file. */
  @Column('text', { nullable: true }) reason: string | null;
  /** For the author. */
  @Column('text', { nullable: true }) reply: string | null;
  @Column('uuid', { nullable: true }) decidedBy: string | null;
  @Column('timestamptz', { nullable: true }) decidedAt: Date | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}

/** Who reported, if they said so: apart from the report, and encrypted. */
@Entity('integrity_reporter')
@ForeignKey('IntegrityReport', ['parkId', 'reportId'], ['parkId', 'id'], { name: 'integrity_reporter_of_report' })
export class IntegrityReporter {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'integrity_reporter_pkey' }) parkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'integrity_reporter_pkey' }) reportId: string;
  @Column('bytea') sealed: Buffer;
}

/** Somebody whom a report names, by a name or as a cadre. */
@Entity('integrity_named')
@ForeignKey('IntegrityReport', ['parkId', 'reportId'], ['parkId', 'id'], { name: 'integrity_named_in_report' })
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'integrity_named_is_cadre' })
@Check('integrity_named_is_somebody', 'num_nonnulls(name, cadre_id) >= 1')
@Index('integrity_named_by_report', ['parkId', 'reportId'])
@Index('integrity_named_by_cadre', ['parkId', 'cadreId'], { where: 'cadre_id IS NOT NULL' })
export class IntegrityNamed {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'integrity_named_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') reportId: string;
  /** As the author wrote it; null for whom an inspector added. */
  @Column('text', { nullable: true }) name: string | null;
  @Column('text', { nullable: true }) position: string | null;
  @Column('uuid', { nullable: true }) cadreId: string | null;
}

@Entity('integrity_file')
@ForeignKey('IntegrityReport', ['parkId', 'reportId'], ['parkId', 'id'], { name: 'integrity_file_of_report' })
@Check('integrity_file_type_known', "media_type IN ('image/jpeg', 'image/png', 'application/pdf')")
@Check('integrity_file_size_limited', 'octet_length(content) BETWEEN 1 AND 200000')
@Index('integrity_file_by_report', ['parkId', 'reportId'])
export class IntegrityFile {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'integrity_file_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') reportId: string;
  @Column('text') mediaType: MediaType;
  @Column('bytea') content: Buffer;
}

/** A question of the inspectors, or what the author says. Which inspector, the chain knows. */
@Entity('integrity_message')
@ForeignKey('IntegrityReport', ['parkId', 'reportId'], ['parkId', 'id'], { name: 'integrity_message_in_report' })
@Check('integrity_message_author_known', "author IN ('reporter', 'inspector')")
@Index('integrity_message_by_report', ['parkId', 'reportId', 'id'])
export class IntegrityMessage {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'integrity_message_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') reportId: string;
  @Column('text') author: Speaker;
  @Column('text') text: string;
  @Column('timestamptz') at: Date;
}
