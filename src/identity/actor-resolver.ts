import { Injectable } from '@nestjs/common';
import { type Actor, CLIENT_SCOPES, type ClientScope, systemActor } from '../kernel/actor';
import { Problem } from '../kernel/problem';
import { CadresService } from '../cadres/cadres.service';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import { Signals } from '../platform/db/signals';
import { isCode } from '../platform/journal/journal-data';
import type { VerifiedToken } from './token-verifier';

// Who is who is forgotten as soon as it changes, in every process: at once in the one that changes it, with the signal in the others. While
// signals may be missed nothing is remembered.
const REMEMBER_MS = 600_000;
const REMEMBERED = 10_000;

interface Remembered {
  readonly actor: Omit<Actor, 'requestId'>;
  readonly until: number;
}

/** Who a verified token stands for: a cadre by issuer and subject; the operator or a client by claims of the local issuer alone. */
@Injectable()
export class ActorResolver {
  readonly #remembered = new Map<string, Remembered>();
  #changes = 0;

  constructor(private readonly cadres: CadresService, private readonly parks: ParksService, private readonly signals: Signals, private readonly clock: Clock) {
    const forget = (): void => {
      this.#changes += 1;
      this.#remembered.clear();
    };
    cadres.onIdentityChange(forget);
    parks.onParksChange(forget);
    signals.on('ledger_identity', forget);
  }

  /** Problem `unauthenticated` when nobody active is meant. */
  async resolve(token: VerifiedToken, requestId: string): Promise<Actor> {
    const clientOrOperator = token.local ? fromClaims(token) : undefined;
    if (clientOrOperator !== undefined) {
      // Its name stands in every entry of what it does, for ever and for every reader.
      if (!isCode(clientOrOperator.id)) throw new Problem('unauthenticated');
      const parkIds = clientOrOperator.kind === 'operator' ? await this.#every(`${token.issuer} operator`, requestId) : clientOrOperator.parkIds;
      return { ...clientOrOperator, parkIds, requestId };
    }
    const key = JSON.stringify([token.issuer, token.subject]);
    const now = this.clock.now().getTime();
    const known = this.#remembered.get(key);
    if (known !== undefined && known.until > now) return { ...known.actor, requestId };
    const before = this.#changes;
    const actor = await this.#cadre(token, requestId);
    this.#remember(key, actor, before);
    return { ...actor, requestId };
  }

  /** What was read before a change must not be remembered after it. */
  #remember(key: string, actor: Omit<Actor, 'requestId'>, before: number): void {
    if (this.#changes !== before || !this.signals.hears) return;
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, { actor, until: this.clock.now().getTime() + REMEMBER_MS });
  }

  async #cadre(token: VerifiedToken, requestId: string): Promise<Omit<Actor, 'requestId'>> {
    const cadre = await this.cadres.findByIdentityAsSystem(token.issuer, token.subject, requestId);
    if (cadre === undefined || !cadre.active) throw new Problem('unauthenticated');
    // Whoever reads a whole county does nothing else: any other role would reach into its other parks. But for its inspectors, to whom reports about the
    // inspectors of a park go.
    const county = cadre.roles.includes('county');
    const parkIds = county ? await this.parks.listIdsOfCountyAsSystem(cadre.parkId, requestId) : [cadre.parkId];
    return {
      kind: 'cadre', id: cadre.id, issuer: token.issuer, subject: token.subject, parkIds, departmentId: cadre.departmentId, name: cadre.name,
      roles: county ? cadre.roles.filter((role) => role === 'county' || role === 'inspector') : cadre.roles, scopes: [],
    };
  }

  async #every(key: string, requestId: string): Promise<readonly string[]> {
    const now = this.clock.now().getTime();
    const known = this.#remembered.get(key);
    if (known !== undefined && known.until > now) return known.actor.parkIds;
    const before = this.#changes;
    const parkIds = await this.parks.listAllIdsAsSystem(requestId);
    this.#remember(key, systemActor(requestId, parkIds), before);
    return parkIds;
  }
}

function fromClaims({ claims, issuer, subject }: VerifiedToken): Omit<Actor, 'requestId'> | undefined {
  if (claims['operator'] === true) return { kind: 'operator', id: subject, issuer, subject, parkIds: [], roles: ['operator'], scopes: [] };
  if (typeof claims['client_id'] !== 'string') return undefined;
  const granted = new Set(typeof claims['scope'] === 'string' ? claims['scope'].split(' ') : []);
  const parkIds = Array.isArray(claims['park_ids']) ? claims['park_ids'].filter((id): id is string => typeof id === 'string') : [];
  return { kind: 'client', id: claims['client_id'], issuer, subject, parkIds, roles: [], scopes: CLIENT_SCOPES.filter((scope: ClientScope) => granted.has(scope)) };
}
