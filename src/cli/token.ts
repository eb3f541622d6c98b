import { existsSync } from 'node:fs';
import { CLIENT_SCOPES } from '../kernel/actor';
import { LocalIssuer } from '../identity/local-issuer';
import { SystemClock } from '../platform/clock';
import { ConfigError, readConfig } from '../platform/config';
import { DEMO_PARK_ID, DEMO_PERSONS, demoSubject } from './demo-ids';

const USAGE = `Usage: npm run -s token -- <${DEMO_PERSONS.join('|')}>
       npm run -s token -- client <scopes>   e.g. client "enterprises:read visits:read"
Scopes: ${CLIENT_SCOPES.join(' ')}`;

/** Prints an access token of the installation's own issuer, for a person of the demo park or for a machine. */
async function run([who, ...words]: readonly string[]): Promise<string> {
  const { issuers, dataDir } = readConfig(process.env);
  const trying = issuers.find(({ kind }) => kind === 'local');
  if (trying === undefined) throw new ConfigError('This server believes no token of its own key, which is for trying (DEMO=on): tokens come from the issuers that it trusts.');
  const claims = claimsOf(who, words);
  if (claims === undefined) throw new ConfigError(USAGE);
  if (!existsSync(dataDir)) throw new ConfigError(`There is no ledger in ${dataDir} (DATA_DIR): the first "npm start" makes one, with the key that signs tokens.`);
  const local = await LocalIssuer.open(dataDir, trying.issuer, trying.audience);
  return local.sign(demoSubject(who ?? ''), claims, new SystemClock().now());
}

function claimsOf(who: string | undefined, words: readonly string[]): Record<string, unknown> | undefined {
  if (who === 'operator') return { operator: true };
  if (who === 'client') {
    const scopes = words.flatMap((word) => word.split(/[\s,]+/)).filter((word) => word !== '');
    const known = scopes.length > 0 && scopes.every((scope) => (CLIENT_SCOPES as readonly string[]).includes(scope));
    return known ? { client_id: 'demo-client', scope: scopes.join(' '), park_ids: [DEMO_PARK_ID] } : undefined;
  }
  return DEMO_PERSONS.some((person) => person === who) ? {} : undefined;
}

run(process.argv.slice(2)).then((token) => { process.stdout.write(`${token}\n`); }, (error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
