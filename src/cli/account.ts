import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { createApplication } from '../application';
import { ENTITIES } from '../entities';
import { AccountsService, type IssuedPassword } from '../identity/accounts/accounts.service';
import { SystemClock } from '../platform/clock';
import { ConfigError, readConfig } from '../platform/config';
import { applicationDataSource, openDataSource } from '../platform/db/data-source';
import { problemOf } from '../platform/db/problems';
import { KeyEncryption } from '../platform/key-encryption';
import { createLog } from '../platform/logging';
import { reach } from './reach';

const USAGE = `Usage: npm run -s account -- create <login> --operator     an account for the operator
       npm run -s account -- create <login> --cadre <id>  one for a cadre of whatever role, such as the first inspector
       npm run -s account -- reset <login>                a new password, a second factor anew, no lock
Prints a password for one sign-in, which asks for another. Needs the database, and the key that the server seals with (DATA_DIR or KEY_ENCRYPTION_KEY).`;
const SENTENCES: Readonly<Record<string, string>> = {
  'login-taken': 'Another account has this login name.', 'account-exists': 'This cadre has an account: reset it.', 'reference-unknown': 'There is no such cadre.', 'cadre-inactive': 'This cadre does not serve any more.',
  'not-found': 'There is no such account.', 'malformed': 'A login name is 2 to 64 letters, digits, dots, hyphens, underscores or @.',
};
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

type Deed = (accounts: AccountsService) => Promise<IssuedPassword>;

/** Makes or resets an account in the database that the configuration names; answers what to print. */
async function run(args: readonly string[]): Promise<string> {
  const deed = readDeed(args);
  const config = readConfig(process.env);
  const keyEncryption = await KeyEncryption.open(config.dataDir, config.keyEncryptionKey);
  const { login, leave } = await reach(config);
  const source = await openDataSource(applicationDataSource(login, ENTITIES, 2));
  try {
    // Put together and not started: no job runs and nobody is served.
    const app = await createApplication({
      source, clock: new SystemClock(), log: createLog('silent'), trusted: [], keyEncryption,
    });
    const { account, oneTimePassword, usableUntil } = await deed(app.get(AccountsService));
    return `${account.login}: ${oneTimePassword}\nFor one sign-in, until ${usableUntil.toISOString()}.`;
  } catch (error) {
    const sentence = SENTENCES[problemOf(error)?.code ?? ''];
    throw sentence === undefined ? error : new ConfigError(sentence, { cause: error });
  } finally {
    await source.destroy();
    await leave();
  }
}

function readDeed(args: readonly string[]): Deed {
  const { values: { operator, cadre }, positionals: [verb, login, ...more] } = readOptions(args);
  const whole = login !== undefined && more.length === 0;
  if (whole && verb === 'reset' && operator !== true && cadre === undefined) return async (accounts) => accounts.resetFromCommandLine(login);
  if (whole && verb === 'create' && (operator === true) !== (cadre !== undefined)) {
    if (cadre !== undefined && !UUID.test(cadre)) throw new ConfigError(SENTENCES['reference-unknown']);
    return async (accounts) => accounts.addFromCommandLine(login, cadre?.toLowerCase());
  }
  throw new ConfigError(USAGE);
}

function readOptions(args: readonly string[]): { readonly values: { operator?: boolean; cadre?: string }; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { operator: { type: 'boolean' }, cadre: { type: 'string' } } });
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`, { cause: error });
  }
}

run(process.argv.slice(2)).then((line) => { process.stdout.write(`${line}\n`); }, (error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
