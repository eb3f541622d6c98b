import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/** A piece of the issuer's state: a browser's session, a sign-in under way, a grant (what an app was given for an account), a code, a refresh token. */
@Entity('oidc_payload')
@ForeignKey('Account', ['accountId'], ['id'], { name: 'oidc_payload_of_account' })
@Check('oidc_payload_grant_is_of_an_account', "model <> 'Grant' OR account_id IS NOT NULL")
@Check('oidc_payload_holds_no_token', "model NOT IN ('RefreshToken', 'AuthorizationCode') OR (id ~ '^[0-9a-f]{64}$' AND NOT payload ? 'jti')")
@Index('oidc_payload_by_grant', ['grantId'], { where: 'grant_id IS NOT NULL' })
@Index('oidc_payload_by_account', ['accountId'], { where: 'account_id IS NOT NULL' })
@Index('oidc_payload_by_expiry', ['expiresAt'])
@Index('oidc_payload_uid_once', ['model', 'uid'], { unique: true, where: 'uid IS NOT NULL' })
export class OidcPayload {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'oidc_payload_pkey' }) model: string;
  /** Of what can be presented, a digest. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'oidc_payload_pkey' }) id: string;
  @Column('jsonb') payload: object;
  @Column('text', { nullable: true }) grantId: string | null;
  @Column('uuid', { nullable: true }) accountId: string | null;
  @Column('text', { nullable: true }) uid: string | null;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz', { nullable: true }) consumedAt: Date | null;
  @Column('timestamptz') expiresAt: Date;
}

/** A key that the issuer signs with, from an instant on until the next one does. */
@Entity('oidc_key')
@Unique('oidc_key_one_begins_at_a_time', ['signsFrom'])
@Check('oidc_key_public_part_is_public', "NOT public_jwk ? 'd'")
@Check('oidc_key_is_published_first', 'signs_from >= created_at')
export class OidcKey {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'oidc_key_pkey' }) id: string;
  @Column('jsonb') publicJwk: object;
  @Column('bytea') sealedKey: Buffer;
  /** Fingerprint of the key that it is sealed with. */
  @Column('text') sealedWith: string;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') signsFrom: Date;
}
