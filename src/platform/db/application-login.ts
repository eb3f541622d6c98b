import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { ConfigError } from '../config';

/**
 * How the application enters the database: never as its owner. The login owns nothing and is a member of `ledger_app` alone, so that whoever
 * gets a statement of their own into a session finds no owner to become (ADR 18).
 */
export interface ApplicationLogin {
  readonly url: string;
  /**
   * `own`: somebody made the login and named it. `derived`: a start makes it, and its password follows from the owner's. `none`: the owner's
   * address has no password to derive from; the session takes on the role, and could lay it down again.
   */
  readonly kind: 'own' | 'derived' | 'none';
}

/** A session of the owner. */
interface OwnerSession {
  query(text: string): Promise<unknown>;
}

const GROUP = 'ledger_app';
const PREFIX = 'ledger_login_';
// PostgreSQL cuts names off after so many bytes.
const LONGEST_NAME = 63;
const PURPOSE = 'service-ledger application login';
const ITERATIONS = 4_096;
// 42501 insufficient_privilege.
const NOT_ALLOWED = '42501';

/** The login for the database of an owner's address: the one that is named, or the one that every process works out from that address alike. */
export function loginOf(ownerUrl: string, named?: string): ApplicationLogin {
  if (named !== undefined) return { url: named, kind: 'own' };
  const url = new URL(ownerUrl);
  const { password, database } = partsOf(url);
  if (password === '') return { url: ownerUrl, kind: 'none' };
  for (const given of ['user', 'password']) url.searchParams.delete(given);
  url.username = encodeURIComponent(nameOf(database));
  // What is worked out from a password is no more secret than the password: an owner's is random (docs/operations.md).
  url.password = createHmac('sha256', password).update(`${PURPOSE}\0${database}`).digest('base64url');
  return { url: url.toString(), kind: 'derived' };
}

/**
 * Makes the login where it is derived, and lets it into this database and no other into it: on a server with several ledgers all of them share
 * `ledger_app`, and only the right to connect tells their logins apart. Called as the owner, by one process at a time.
 * @throws ConfigError with a sentence when the owner may not, or the login can do what no application needs
 */
export async function prepareLogin(runner: OwnerSession, login: ApplicationLogin): Promise<void> {
  if (login.kind === 'none') return;
  const { user, password } = partsOf(new URL(login.url));
  try {
    if (login.kind === 'derived') await makeRole(runner, user, password);
    const [member] = await runner.query(`SELECT pg_has_role(${escapeLiteral(user)}, '${GROUP}', 'USAGE') AS yes, current_database() AS database`) as { yes: boolean; database: string }[];
    // Its rights, and no way to take on a role by name.
    if (member?.yes !== true) await runner.query(`GRANT ${GROUP} TO ${escapeIdentifier(user)} WITH INHERIT TRUE, SET FALSE`);
    const database = escapeIdentifier(member?.database ?? '');
    await runner.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC; GRANT CONNECT ON DATABASE ${database} TO ${escapeIdentifier(user)}`);
  } catch (error) {
    throw explained(error, user) ?? error;
  }
  const powers = await powersOf(runner, user);
  if (powers.length > 0) throw new ConfigError(`${login.kind === 'own' ? 'DATABASE_APP_URL' : 'DATABASE_URL'}: the role ${user}, as which the application connects, must own nothing and be an ordinary role: it ${powers.join(', ')}.`);
}

/** What a role is allowed that an application must not be: each as the end of a sentence that begins with it. */
export async function powersOf(runner: OwnerSession, role: string): Promise<readonly string[]> {
  const [found] = await runner.query(POWERS.replaceAll('$1', escapeLiteral(role))) as Record<string, boolean>[];
  return Object.entries(found ?? {}).filter(([, has]) => has).map(([power]) => power);
}

async function makeRole(runner: OwnerSession, user: string, password: string): Promise<void> {
  const [{ known } = { known: false }] = await runner.query(`SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ${escapeLiteral(user)}) AS known`) as { known: boolean }[];
  if (!known) await runner.query(`CREATE ROLE ${escapeIdentifier(user)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`);
  await runner.query(`ALTER ROLE ${escapeIdentifier(user)} LOGIN PASSWORD ${escapeLiteral(verifierOf(password))}`);
}

/** What the server keeps of a password (RFC 5803), so that the password itself neither travels nor lies in a log of statements. */
function verifierOf(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const keyed = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${keyed('Server Key').toString('base64')}`;
}

/** One name for a database on its server. One that is too long is told from others by a digest. */
function nameOf(database: string): string {
  const name = `${PREFIX}${database}`;
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  return `${PREFIX}${createHash('sha256').update(database).digest('hex').slice(0, 32)}`;
}

/** As pg reads an address: what stands behind the question mark counts before what stands in front of it. */
function partsOf(url: URL): { readonly user: string; readonly password: string; readonly database: string } {
  const user = url.searchParams.get('user') ?? decodeURIComponent(url.username);
  const database = decodeURIComponent(url.pathname.slice(1));
  return { user, password: url.searchParams.get('password') ?? decodeURIComponent(url.password), database: database === '' ? user : database };
}

function explained(error: unknown, user: string): ConfigError | undefined {
  const { code, driverError } = error as { code?: string; driverError?: { code?: string } };
  if ((driverError?.code ?? code) !== NOT_ALLOWED) return undefined;
  return new ConfigError(`DATABASE_URL: its user may not make or admit the role ${user} (${NOT_ALLOWED}): let it have CREATEROLE, or make a login that is a member of ${GROUP} and name it in DATABASE_APP_URL.`, { cause: error });
}

// Whoever could become an owner could do what the owner can; so could who gives out rights, or reads what the server keeps.
const POWERS = `
  SELECT r.rolsuper AS "is a superuser", r.rolbypassrls AS "bypasses row-level security", r.rolcreaterole AS "makes roles", r.rolcreatedb AS "makes databases", r.rolreplication AS "replicates",
    EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'pgboss') AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS "is, or can become, the owner of tables",
    EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database() AND pg_has_role(r.oid, d.datdba, 'MEMBER')) AS "is, or can become, the owner of the database",
    EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles p ON p.oid = m.roleid WHERE m.member = r.oid AND starts_with(p.rolname, 'pg_')) AS "is a member of a predefined role"
  FROM pg_roles r WHERE r.rolname = $1
`;
