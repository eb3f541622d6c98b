import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** Who read what is masked elsewhere, when and why; when inspectors and the operator come and go. Never changed; deleted when it is older than policy keeps it, half a year at least. */
@Entity('access_log')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'access_log_of_park' })
@Index('access_log_by_time', ['parkId', 'id'])
@Index('access_log_by_subject', ['parkId', 'subjectId', 'id'])
@Index('access_log_by_actor', ['parkId', 'actorId', 'id'])
export class AccessLogEntry {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'access_log_pkey' }) id: string;
  /** Null for what concerns the installation and no park of it: every park reads it. */
  @Column('uuid', { nullable: true }) parkId: string | null;
  @Column('timestamptz') at: Date;
  @Column('text') actorKind: string;
  @Column('text') actorId: string;
  @Column('text') action: string;
  @Column('text') subjectType: string;
  @Column('uuid') subjectId: string;
  @Column('text', { nullable: true }) reason: string | null;
  @Column('text') requestId: string;
}
