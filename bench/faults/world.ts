import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { LocalIssuer } from '../../src/identity/local-issuer';
import { DEFAULT_POLICY, DEFAULT_WORKING_HOURS } from '../../src/parks/domain/policy';
import { newId } from '../../src/platform/ids';

/** The issuer under which a process without OIDC_ISSUER trusts the key of its data folder. */
const ISSUER = 'urn:service-ledger:local';
const AUDIENCE = 'service-ledger';
const TOKEN_EVERY_MS = 60_000;

export type Person = 'admin' | 'officer' | 'leader' | 'supervisor';

/** A park with its people, for a load that lasts as long as it is told. */
export interface World {
  readonly parkId: string;
  readonly cadres: Readonly<Record<Person, string>>;
  /** A bearer token that is good for some minutes. */
  readonly token: (who: Person) => Promise<string>;
}

/** Makes the park in an empty, migrated database. */
export async function makeWorld(databaseUrl: string, dataDir: string, now: () => Date): Promise<World> {
  const at = now();
  const [parkId, departmentId] = [newId(at), newId(at)];
  const people: readonly Person[] = ['admin', 'officer', 'leader', 'supervisor'];
  const cadres = Object.fromEntries(people.map((who) => [who, newId(at)])) as Record<Person, string>;
  const owner = new Client({ connectionString: databaseUrl });
  await owner.connect();
  await owner.query(`INSERT INTO park (id, code, name, county_code, time_zone, go_live_on, version, created_at, updated_at) VALUES ($1, 'FAULT', '演练园区', '430181', 'Asia/Shanghai', '2020-01-01', 1, $2, $2)`, [parkId, at]);
  await owner.query(`INSERT INTO park_policy (id, park_id, effective_from, visits, tickets, escalation, assessment, privacy, created_at) VALUES (uuidv7(), $1, '1900-01-01', $2, $3, $4, $5, $6, $7)`,
    [parkId, DEFAULT_POLICY.visits, DEFAULT_POLICY.tickets, DEFAULT_POLICY.escalation, DEFAULT_POLICY.assessment, DEFAULT_POLICY.privacy, at]);
  await owner.query(`INSERT INTO working_hours (id, park_id, effective_from, windows, created_at) VALUES (uuidv7(), $1, '1900-01-01', $2, $3)`, [parkId, JSON.stringify(DEFAULT_WORKING_HOURS), at]);
  await owner.query(`INSERT INTO department (id, park_id, name, kind, assigning, version, created_at, updated_at) VALUES ($1, $2, '产业服务部', 'department', true, 1, $3, $3)`, [departmentId, parkId, at]);
  for (const who of people) {
    await owner.query(`INSERT INTO cadre (id, park_id, department_id, name, sort_key, roles, issuer, subject, active, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $4, $5, $6, $4, true, 1, $7, $7)`,
      [cadres[who], parkId, departmentId, who, [who], ISSUER, at]);
  }
  await owner.end();
  const issuer = await LocalIssuer.open(dataDir, ISSUER, AUDIENCE);
  const tokens = new Map<Person, { text: string; until: number }>();
  const token = async (who: Person): Promise<string> => {
    const known = tokens.get(who);
    const current = now();
    if (known !== undefined && known.until > current.getTime()) return known.text;
    const text = await issuer.sign(who, { jti: randomUUID() }, current);
    tokens.set(who, { text, until: current.getTime() + TOKEN_EVERY_MS });
    return text;
  };
  return { parkId, cadres, token };
}
