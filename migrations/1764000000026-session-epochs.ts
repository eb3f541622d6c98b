import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What ends sessions of an account begins a new epoch of it, before it deletes them. A request that has read a session and writes it back at its end writes nothing
 * when the epoch is another by then: it would bring back what has ended. The order is the credential's row first, then the sessions.
 */
export class SessionEpochs1764000000026 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A process of before, which goes on while this one starts, makes accounts that know of no epoch.
    await runner.query('ALTER TABLE account_credential ADD COLUMN epoch integer NOT NULL DEFAULT 1');
    await runner.query(endings({ ofAccount: BEGIN_OF_ACCOUNT, ofCadre: BEGIN_OF_CADRE, renewed: ', epoch = c.epoch + 1' }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(endings({ ofAccount: '', ofCadre: '', renewed: '' }));
    await runner.query('ALTER TABLE account_credential DROP COLUMN epoch');
  }
}

const BEGIN_OF_ACCOUNT = 'UPDATE account_credential SET epoch = epoch + 1 WHERE account_id = NEW.id;';
const BEGIN_OF_CADRE = 'UPDATE account_credential c SET epoch = c.epoch + 1 FROM account a WHERE a.park_id = NEW.park_id AND a.cadre_id = NEW.id AND c.account_id = a.id;';

const endings = ({ ofAccount, ofCadre, renewed }: { readonly ofAccount: string; readonly ofCadre: string; readonly renewed: string }): string => `
  CREATE OR REPLACE FUNCTION end_sessions_of_account() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  BEGIN
    ${ofAccount}
    DELETE FROM oidc_payload WHERE account_id = NEW.id;
    RETURN NULL;
  END $$;
  CREATE OR REPLACE FUNCTION end_sessions_of_cadre() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  BEGIN
    ${ofCadre}
    DELETE FROM oidc_payload p USING account a WHERE a.park_id = NEW.park_id AND a.cadre_id = NEW.id AND p.account_id = a.id;
    RETURN NULL;
  END $$;
  CREATE OR REPLACE FUNCTION renew_credentials_of_cadre() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  BEGIN
    UPDATE account_credential c SET password_hash = NULL, password_set_at = NULL, usable_until = NULL, totp_secret = NULL, totp_step = NULL${renewed}
    FROM account a WHERE a.park_id = NEW.park_id AND a.cadre_id = NEW.id AND c.account_id = a.id;
    DELETE FROM oidc_payload p USING account a WHERE a.park_id = NEW.park_id AND a.cadre_id = NEW.id AND p.account_id = a.id;
    RETURN NULL;
  END $$;
`;
