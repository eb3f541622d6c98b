import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Day } from '../kernel/day';
import type { VisitMode, VisitReview } from './domain/visit-words';

/** One entry of the visit log. Nothing is deleted: a wrong one is amended, with the row before kept, or voided with a reason. */
@Entity('visit')
@ForeignKey('Enterprise', ['parkId', 'enterpriseId'], ['parkId', 'id'], { name: 'visit_of_enterprise' })
@ForeignKey('Cadre', ['parkId', 'authorId'], ['parkId', 'id'], { name: 'visit_by_author' })
@ForeignKey('Cadre', ['parkId', 'reviewedBy'], ['parkId', 'id'], { name: 'visit_reviewed_in_park' })
@ForeignKey('Cadre', ['parkId', 'voidedBy'], ['parkId', 'id'], { name: 'visit_voided_in_park' })
@Unique('visit_row_in_park', ['parkId', 'id'])
@Check('visit_mode_known', "mode IN ('on_site', 'phone', 'online', 'at_office')")
@Check('visit_review_known', "review IN ('none', 'needs_review', 'accepted', 'rejected')")
@Check('visit_reviewed_by_somebody', "(review IN ('accepted', 'rejected')) = (reviewed_at IS NOT NULL) AND (reviewed_at IS NULL) = (reviewed_by IS NULL)")
@Check('visit_voided_with_reason', '(voided_at IS NULL) = (void_reason IS NULL) AND (voided_at IS NULL) = (voided_by IS NULL)')
@Check('visit_ends_after_it_begins', 'ended_at >= occurred_at')
@Check('visit_location_whole', 'num_nulls(location_lng, location_lat, location_datum) IN (0, 3)')
@Index('visit_of_enterprise_by_date', { synchronize: false })
@Index('visit_by_date', { synchronize: false })
@Index('visit_to_review', { synchronize: false })
@Index('visit_of_author_by_date', { synchronize: false })
@Index('visit_with_persons', ['parkId', 'onDate'], { where: "contacts_met <> '{}' OR location_lng IS NOT NULL" })
@Index('visit_voided_with_persons', ['parkId', 'voidedAt'], { where: "voided_at IS NOT NULL AND (contacts_met <> '{}' OR location_lng IS NOT NULL)" })
@Index('visit_by_reviewer', ['parkId', 'reviewedBy'], { where: 'reviewed_by IS NOT NULL' })
@Index('visit_by_voider', ['parkId', 'voidedBy'], { where: 'voided_by IS NOT NULL' })
export class Visit {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'visit_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') enterpriseId: string;
  @Column('uuid') authorId: string;
  /** As the device claims; never changed by the correction. */
  @Column('timestamptz') occurredAt: Date;
  @Column('timestamptz', { nullable: true }) recordedAt: Date | null;
  /** Server minus device. */
  @Column('bigint') deviceOffsetMs: number;
  @Column('timestamptz') correctedAt: Date;
  /** The local date on which the visit counts. */
  @Column('date') onDate: Day;
  @Column('timestamptz') receivedAt: Date;
  @Column('timestamptz', { nullable: true }) endedAt: Date | null;
  @Column('text') mode: VisitMode;
  @Column('text', { array: true }) contactsMet: string[];
  @Column('text', { array: true }) topics: string[];
  @Column('text') summary: string;
  @Column('text', { nullable: true }) conditions: string | null;
  @Column('double precision', { nullable: true }) locationLng: number | null;
  @Column('double precision', { nullable: true }) locationLat: number | null;
  @Column('text', { nullable: true }) locationDatum: 'wgs84' | 'gcj02' | null;
  @Column('text') review: VisitReview;
  @Column('timestamptz', { nullable: true }) reviewedAt: Date | null;
  @Column('uuid', { nullable: true }) reviewedBy: string | null;
  @Column('text', { nullable: true }) reviewReason: string | null;
  @Column('timestamptz', { nullable: true }) voidedAt: Date | null;
  @Column('uuid', { nullable: true }) voidedBy: string | null;
  @Column('text', { nullable: true }) voidReason: string | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}
