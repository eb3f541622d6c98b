import { Injectable } from '@nestjs/common';
import { type Actor, CLIENT_SCOPES, type ClientScope } from '../kernel/actor';
import { Problem } from '../kernel/problem';
import { CadresService } from '../cadres/cadres.service';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { Signals } from '../platform/db/signals';
import { isCode } from '../platform/journal/journal-data';
import { AccountDirectory } from './account-directory';
import { ClientsService } from './clients/clients.service';
import { reachOf } from './domain/grants';
import type { VerifiedToken } from './token-verifier';

// Who is who is forgotten as soon as it changes, in every process: at once in the one that changes it, with the signal in the others. While
// signals may be missed nothing is remembered.
const REMEMBER_MS = 600_000;
const REMEMBERED = 10_000;

type Resolved = Omit<Actor, 'requestId'>;
type IdentifiedCadre = NonNullable<Awaited<ReturnType<CadresService['findIdentifiedAsSystem']>>>;

interface Remembered {
  readonly actor: Resolved;
  readonly until: number;
}

/**
 * Who a verified token stands for. An issuer outside names cadres by issuer and subject, of the parks that it is bound to, and nobody else. The one that is
 * built in names an account whose session still stands, or a client with what the parks have granted it. The key for trying says it in claims.
 */
@Injectable()
export class ActorResolver {
  readonly #remembered = new Map<string, Remembered>();
  #changes = 0;

  constructor(
    private readonly cadres: CadresService, private readonly parks: ParksService, private readonly clients: ClientsService, private readonly signals: Signals, private readonly clock: Clock,
    private readonly accounts: AccountDirectory,
  ) {
    const forget = (): void => {
      this.#changes += 1;
      this.#remembered.clear();
    };
    cadres.onIdentityChange(forget);
    parks.onParksChange(forget);
    clients.onClientsChange(forget);
    signals.on('ledger_identity', forget);
  }

  /** Problem `unauthenticated` when nobody active is meant. */
  async resolve(token: VerifiedToken, requestId: string): Promise<Actor> {
    if (token.trust.kind === 'local') {
      const claimed = fromClaims(token);
      if (claimed?.kind === 'client') return { ...claimed, requestId };
      if (claimed !== undefined) return { ...await this.#known([token.issuer, '', 'operator'], async () => this.#operator(token, requestId)), ...claimed, requestId };
    }
    return { ...await this.#known(keyOf(token), async () => this.#find(token, requestId)), requestId };
  }

  async #find(token: VerifiedToken, requestId: string): Promise<Resolved> {
    if (token.trust.kind !== 'own') return this.#cadre(token, await this.cadres.findByIdentityAsSystem(token.issuer, token.subject, requestId), requestId);
    const { grant, client_id: clientId } = token.claims;
    if (typeof grant === 'string') return this.#accountHolder(token, grant, requestId);
    // Without a session it is a machine's, which speaks for itself.
    if (clientId !== token.subject) throw new Problem('unauthenticated');
    return this.#machine(token, requestId);
  }

  async #accountHolder(token: VerifiedToken, grant: string, requestId: string): Promise<Resolved> {
    const holder = await this.accounts.find(token.subject, grant, requestId);
    if (holder === undefined) throw new Problem('unauthenticated');
    if (holder.kind === 'operator') return this.#operator({ ...token, subject: holder.accountId }, requestId);
    return this.#cadre(token, await this.cadres.findIdentifiedAsSystem(holder.parkId, holder.cadreId, requestId), requestId);
  }

  /** Parks and scopes are what the register of clients says now: what the token says of them may be older, and can only take away. */
  async #machine({ issuer, subject, claims }: VerifiedToken, requestId: string): Promise<Resolved> {
    const standing = await this.clients.standingAsSystem(subject, requestId);
    if (standing === undefined) throw new Problem('unauthenticated');
    const { homeParkId, grants } = standing;
    return { kind: 'client', id: subject, issuer, subject, homeParkId, ...reachOf(grants, homeParkId, scopesIn(claims['scope'])), roles: [] };
  }

  async #cadre({ issuer, subject, trust }: VerifiedToken, cadre: IdentifiedCadre | undefined, requestId: string): Promise<Resolved> {
    if (cadre === undefined || !cadre.active) throw new Problem('unauthenticated');
    const bound = trust.kind === 'outside' ? trust.parks : undefined;
    if (bound !== undefined && !bound.includes(cadre.parkCode)) throw new Problem('unauthenticated');
    // Whoever reads a whole county does nothing else: any other role would reach into its other parks. Nor does an issuer of one park lead into them. But for
    // the county's inspectors, to whom reports about the inspectors of a park go.
    const county = cadre.roles.includes('county');
    const parkIds = county ? await this.parks.listIdsOfCountyAsSystem(cadre.parkId, requestId, bound) : [cadre.parkId];
    return { kind: 'cadre', id: cadre.id, issuer, subject, parkIds, departmentId: cadre.departmentId, name: cadre.name, roles: county ? cadre.roles.filter((role) => role === 'county' || role === 'inspector') : cadre.roles, scopes: [] };
  }

  async #operator({ issuer, subject }: VerifiedToken, requestId: string): Promise<Resolved> {
    return { kind: 'operator', id: subject, issuer, subject, parkIds: await this.parks.listAllIdsAsSystem(requestId), roles: ['operator'], scopes: [] };
  }

  async #known(key: readonly (string | undefined)[], find: () => Promise<Resolved>): Promise<Resolved> {
    const text = JSON.stringify(key);
    const known = this.#remembered.get(text);
    if (known !== undefined && known.until > this.clock.now().getTime()) return known.actor;
    const before = this.#changes;
    const actor = await find();
    this.#remember(text, actor, before);
    return actor;
  }

  /** What was read before a change must not be remembered after it. */
  #remember(key: string, actor: Resolved, before: number): void {
    if (this.#changes !== before || !this.signals.hears) return;
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, { actor, until: this.clock.now().getTime() + REMEMBER_MS });
  }
}

/** One session of somebody ends without the others, and a client may ask for less than it is granted: each is remembered for itself. */
function keyOf({ issuer, subject, trust, claims }: VerifiedToken): (string | undefined)[] {
  if (trust.kind !== 'own') return [issuer, subject];
  const { grant, client_id: clientId, scope } = claims;
  return [issuer, subject, ...(typeof grant === 'string' ? ['grant', grant] : ['client', String(clientId), ...scopesIn(scope)])];
}

function scopesIn(claim: unknown): readonly ClientScope[] {
  const granted = new Set(typeof claim === 'string' ? claim.split(' ') : []);
  return CLIENT_SCOPES.filter((scope) => granted.has(scope));
}

/** The operator, whose parks are still to be added, or a client. Problem `unauthenticated` where its name could not stand in every entry of what it does, for ever and for every reader. */
function fromClaims({ claims, issuer, subject }: VerifiedToken): (Omit<Resolved, 'parkIds'> & { kind: 'operator' }) | (Resolved & { kind: 'client' }) | undefined {
  const clientId = claims['client_id'];
  const operator = claims['operator'] === true;
  if (!operator && typeof clientId !== 'string') return undefined;
  const id = operator ? subject : clientId as string;
  if (!isCode(id)) throw new Problem('unauthenticated');
  if (operator) return { kind: 'operator', id, issuer, subject, roles: ['operator'], scopes: [] };
  const parkIds = Array.isArray(claims['park_ids']) ? claims['park_ids'].filter((park): park is string => typeof park === 'string') : [];
  return { kind: 'client', id, issuer, subject, parkIds, roles: [], scopes: scopesIn(claims['scope']) };
}
