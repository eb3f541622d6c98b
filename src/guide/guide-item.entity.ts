import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Day } from '../kernel/day';
import type { GuideLimits, GuideVersion, Material } from './domain/guide';

/** A service that the park's guide describes. What it says stands in its versions. */
@Entity('guide_item')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'guide_item_of_park' })
@Unique('guide_item_row_in_park', ['parkId', 'id'])
@Unique('guide_item_code_once', ['parkId', 'code'])
@Check('guide_item_code_form', `code ~ '^[A-Z0-9][A-Z0-9._-]{0,39}$'`)
export class GuideItem {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'guide_item_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column({ type: 'text', collation: 'C' }) code: string;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}

/** What an item says from its first day until the next version's. It is never changed. */
@Entity('guide_item_version')
@ForeignKey('GuideItem', ['parkId', 'guideItemId'], ['parkId', 'id'], { name: 'guide_item_version_of_item' })
@ForeignKey('Department', ['parkId', 'departmentId'], ['parkId', 'id'], { name: 'guide_item_version_in_department' })
@Unique('guide_item_version_one_a_day', ['parkId', 'guideItemId', 'effectiveFrom'])
@Check('guide_item_version_category_form', `category ~ '^[a-z][a-z0-9_]{0,39}$'`)
@Check('guide_item_version_limits_for_normal', `limits ? 'normal'`)
@Index('guide_item_version_by_department', ['parkId', 'departmentId'])
export class GuideItemVersion implements GuideVersion {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'guide_item_version_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') guideItemId: string;
  @Column('date') effectiveFrom: Day;
  @Column('text') name: string;
  @Column('text') category: string;
  @Column('uuid') departmentId: string;
  @Column('text', { array: true }) steps: string[];
  @Column('jsonb') materials: Material[];
  @Column('jsonb') limits: GuideLimits;
  @Column('boolean') active: boolean;
  @Column('timestamptz') createdAt: Date;
}
