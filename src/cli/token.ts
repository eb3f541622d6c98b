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
  const { issuer, dataDir } = readConfig(process.env);
  if (issuer.kind === 'external') throw new ConfigError('OIDC_ISSUER is set: tokens come from there.');
  const claims = claimsOf(who, words);
  if (claims === undefined) throw new ConfigError(USAGE);
  if (!existsSync(dataDir)) throw new ConfigError(`There is no ledger in ${dataDir} (DATA_DIR): the first "npm start" makes one, with the key that signs tokens.`);
  const local = await LocalIssuer.open(dataDir, issuer.issuer, issuer.audience);
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
