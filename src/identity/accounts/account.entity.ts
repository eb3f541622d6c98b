import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/** Under what name somebody signs in at the built-in issuer: a cadre of a park, or the operator, who is of none. */
@Entity('account')
@ForeignKey('Cadre', ['parkId', 'cadreId'], ['parkId', 'id'], { name: 'account_of_cadre' })
@Unique('account_one_per_cadre', ['parkId', 'cadreId'])
@Unique('account_login_once', ['login'])
@Check('account_login_form', "login = lower(login) AND login ~ '^[^[:space:]]{2,64}$'")
@Check('account_of_cadre_or_operator', '(park_id IS NULL) = (cadre_id IS NULL)')
@Check('account_failures_count', 'failures >= 0')
@Index('account_by_login', ['parkId', 'login'])
export class Account {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'account_pkey' }) id: string;
  @Column('uuid', { nullable: true }) parkId: string | null;
  @Column('uuid', { nullable: true }) cadreId: string | null;
  /** Normalised: see `readLogin`. */
  @Column('text') login: string;
  /** The password was given by somebody else. */
  @Column('boolean') mustChange: boolean;
  /** Since when a second factor is asked for. */
  @Column('timestamptz', { nullable: true }) secondFactorAt: Date | null;
  /** Failed attempts since the last sign-in. */
  @Column('integer') failures: number;
  /** Until when no attempt is looked at. */
  @Column('timestamptz', { nullable: true }) waitUntil: Date | null;
  /** Since when nobody signs in here, until it is unlocked. */
  @Column('timestamptz', { nullable: true }) lockedAt: Date | null;
  @Column('timestamptz', { nullable: true }) lastSignInAt: Date | null;
  @Column('integer') version: number;
  @Column('timestamptz') createdAt: Date;
  @Column('timestamptz') updatedAt: Date;
}

/** What proves who signs in. The system alone sees it: no query of a caller's can. */
@Entity('account_credential')
@ForeignKey('Account', ['accountId'], ['id'], { name: 'account_credential_of_account' })
@Check('account_credential_hash_is_argon2id', "password_hash LIKE '$argon2id$%'")
@Check('account_credential_password_dated', '(password_hash IS NULL) = (password_set_at IS NULL)')
@Check('account_credential_totp_whole', '(totp_secret IS NULL) = (totp_step IS NULL)')
export class AccountCredential {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'account_credential_pkey' }) accountId: string;
  /** Null where nobody has been given one. */
  @Column('text', { nullable: true }) passwordHash: string | null;
  @Column('timestamptz', { nullable: true }) passwordSetAt: Date | null;
  /** Until when a password that somebody else gave can be used. */
  @Column('timestamptz', { nullable: true }) usableUntil: Date | null;
  /** Of the last passwords, the present one included, the newest first. */
  @Column('text', { array: true }) oldHashes: string[];
  /** Sealed. */
  @Column('bytea', { nullable: true }) totpSecret: Buffer | null;
  /** Of the last code that was taken: none counts twice. */
  @Column('bigint', { nullable: true }) totpStep: string | null;
  /** Raised by whatever ends sessions, so that none of a request that is under way comes back. */
  @Column('integer', { default: 1 }) epoch: number;
}

/**
 * How often signing in has failed from one address, or in the whole installation, or was tried with one name, in some minutes. The key is a digest. Logged as an account is, so
 * that a commit costs the same where nobody has the name.
 */
@Entity('sign_in_failure')
@Check('sign_in_failure_counts', 'failures >= 0')
@Index('sign_in_failure_by_age', ['beginsAt'])
export class SignInFailure {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'sign_in_failure_pkey' }) key: Buffer;
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'sign_in_failure_pkey' }) beginsAt: Date;
  @Column('integer') failures: number;
}

/** An attempt that failed and is to be put on the record. There is one whether somebody has the name or not; it refers to nothing, since looking that up would cost. */
@Entity('sign_in_note')
export class SignInNote {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sign_in_note_pkey' }) id: string;
  @Column('uuid', { nullable: true }) accountId: string | null;
  /** Failed attempts of the account, this one included. */
  @Column('integer') failures: number;
  @Column('timestamptz') at: Date;
  @Column('text') requestId: string;
}
