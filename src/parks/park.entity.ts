import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Day } from '../kernel/day';

/** The tenant: everything belongs to exactly one park; a county groups parks. */
@Entity('park')
@Unique('park_code_once', ['code'])
@Index('park_by_county', ['countyCode'])
@Check('park_code_can_be_said', "code ~ '^[A-Z0-9]{2,10}$'")
@Check('park_county_is_a_division', "county_code ~ '^[0-9]{6}$'")
export class Park {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'park_pkey' }) id: string;
  @Column('text') code: string;
  @Column('text') name: string;
  @Column('text') countyCode: string;
  @Column('text') timeZone: string;
  @Column('date') goLiveOn: Day;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}
