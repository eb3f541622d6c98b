import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Day } from '../kernel/day';
import type { Datum } from './domain/location';
import type { EnterpriseStatus } from './domain/status';

/** An enterprise of a park, identified by its unified social credit code. */
@Entity('enterprise')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'enterprise_of_park' })
@Unique('enterprise_row_in_park', ['parkId', 'id'])
@Unique('enterprise_uscc_once_per_park', ['parkId', 'uscc'])
@Check('enterprise_uscc_form', "uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'")
@Check('enterprise_status_known', "status IN ('signed', 'under_construction', 'in_production', 'suspended', 'exited')")
@Check('enterprise_next_status_whole', '(next_status IS NULL) = (next_status_on IS NULL)')
@Check('enterprise_location_whole', 'num_nulls(location_lng, location_lat, location_datum) IN (0, 3)')
@Index('enterprise_by_name', ['parkId', 'sortKey', 'id'])
@Index('enterprise_by_piece', { synchronize: false })
@Index('enterprise_status_ahead', ['nextStatusOn'], { where: 'next_status_on IS NOT NULL' })
export class Enterprise {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'enterprise_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('text') name: string;
  @Column('text') searchText: string;
  @Column('text', { array: true }) searchPieces: string[];
  @Column({ type: 'text', collation: 'C' }) sortKey: string;
  @Column({ type: 'text', collation: 'C' }) uscc: string;
  /** The organisation code inside fails its own check, and an administrator has accepted that. */
  @Column('boolean') usccWarning: boolean;
  @Column('text', { nullable: true }) industryCode: string | null;
  /** As of the last write; whoever reads it looks at `nextStatusOn` as well. */
  @Column('text') status: EnterpriseStatus;
  @Column('date') statusOn: Day;
  @Column('text', { nullable: true }) nextStatus: EnterpriseStatus | null;
  @Column('date', { nullable: true }) nextStatusOn: Day | null;
  @Column('text', { nullable: true }) address: string | null;
  @Column('double precision', { nullable: true }) locationLng: number | null;
  @Column('double precision', { nullable: true }) locationLat: number | null;
  @Column('text', { nullable: true }) locationDatum: Datum | null;
  @Column('text', { nullable: true }) contactPreference: string | null;
  @Column('text', { array: true }) tags: string[];
  @Column('timestamptz', { nullable: true }) contactsErasedAt: Date | null;
  /** The latest day on which anybody was on site. Follows from the visit log. */
  @Column('date', { nullable: true }) lastVisitOn: Day | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}
