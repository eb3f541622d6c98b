import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/** A department of a park. The assigning one answers for tickets that nobody has been given yet. */
@Entity('department')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'department_of_park' })
@Unique('department_row_in_park', ['parkId', 'id'])
@Unique('department_name_once', ['parkId', 'name'])
@Index('department_one_assigning', ['parkId'], { unique: true, where: 'assigning' })
export class Department {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'department_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('text') name: string;
  @Column('text') kind: string;
  @Column('boolean') assigning: boolean;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}
