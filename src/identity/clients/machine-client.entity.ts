import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { ClientScope } from '../../kernel/actor';
import type { ClientKey } from '../domain/client-keys';

export type ClientAuthMethod = 'client_secret_basic' | 'private_key_jwt';

/** A machine that gets tokens of the built-in issuer. The park that has made it keeps its secrets. */
@Entity('machine_client')
@ForeignKey('Park', ['parkId'], ['id'], { name: 'machine_client_of_park' })
@Unique('machine_client_row_in_park', ['parkId', 'id'])
@Check('machine_client_auth_method_known', "auth_method IN ('client_secret_basic', 'private_key_jwt')")
@Check('machine_client_keys_with_their_method', "(jwks IS NOT NULL) = (auth_method = 'private_key_jwt')")
export class MachineClient {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'machine_client_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('text') name: string;
  @Column('text') authMethod: ClientAuthMethod;
  /** Public keys alone. */
  @Column('jsonb', { nullable: true }) jwks: { readonly keys: readonly ClientKey[] } | null;
  /** When it was last given a token, to the minute. */
  @Column('timestamptz', { nullable: true }) lastUsedAt: Date | null;
  /** Since when it is nobody any more, in whatever park. */
  @Column('timestamptz', { nullable: true }) revokedAt: Date | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}

/** What a park, its own or another, lets a client do there. `parkId` is the client's own. */
@Entity('machine_client_park')
@ForeignKey('MachineClient', ['parkId', 'clientId'], ['parkId', 'id'], { name: 'machine_client_park_of_client' })
@ForeignKey('Park', ['grantedParkId'], ['id'], { name: 'machine_client_park_granted' })
@Check('machine_client_park_scopes_known', "cardinality(scopes) > 0 AND scopes <@ ARRAY['enterprises:read', 'enterprises:write', 'visits:read', 'tickets:read', 'tickets:write', 'enterprise:act', 'changes:read', 'journal:read', 'webhooks:manage', 'imports:write']")
@Index('machine_client_park_by_client', ['parkId', 'clientId'])
export class MachineClientPark {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'machine_client_park_pkey' }) grantedParkId: string;
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'machine_client_park_pkey' }) clientId: string;
  @Column('uuid') parkId: string;
  @Column('text', { array: true }) scopes: ClientScope[];
  @Column('timestamptz', { nullable: true }) revokedAt: Date | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}

/** A secret of a client, of which there is only the hash. Two at a time: while one takes over from the other. */
@Entity('machine_client_secret')
@ForeignKey('MachineClient', ['parkId', 'clientId'], ['parkId', 'id'], { name: 'machine_client_secret_of_client' })
@Unique('machine_client_secret_once', ['secretHash'])
@Check('machine_client_secret_hashed', 'octet_length(secret_hash) = 32')
@Check('machine_client_secret_one_of_two', 'slot IN (1, 2)')
@Index('machine_client_secret_two_at_most', ['parkId', 'clientId', 'slot'], { unique: true, where: 'ended_at IS NULL' })
export class MachineClientSecret {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'machine_client_secret_pkey' }) id: string;
  @Column('uuid') parkId: string;
  @Column('uuid') clientId: string;
  @Column('smallint') slot: number;
  /** HMAC-SHA-256 under a key of the installation. */
  @Column('bytea') secretHash: Buffer;
  @Column('timestamptz') createdAt: Date;
  /** To the minute. */
  @Column('timestamptz', { nullable: true }) lastUsedAt: Date | null;
  /** Until when it counts; null while nothing follows it. */
  @Column('timestamptz', { nullable: true }) endsAt: Date | null;
  /** When it gave up its place. */
  @Column('timestamptz', { nullable: true }) endedAt: Date | null;
}
