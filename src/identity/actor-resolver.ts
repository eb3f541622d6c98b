import { Injectable } from '@nestjs/common';
import { type Actor, CLIENT_SCOPES, type ClientScope, systemActor } from '../kernel/actor';
import { Problem } from '../kernel/problem';
import { CadresService } from '../cadres/cadres.service';
import { ParksService } from '../parks/parks.service';
import { Clock } from '../platform/clock';
import type { VerifiedToken } from './token-verifier';

// A role that is taken away works on for at most so long on other processes; on this one it ends at once.
const REMEMBER_MS = 5_000;
const REMEMBERED = 10_000;

interface Remembered {
  readonly actor: Omit<Actor, 'requestId'>;
  readonly until: number;
}

/** Who a verified token stands for: a cadre by issuer and subject; the operator or a client by claims of the local issuer alone. */
@Injectable()
export class ActorResolver {
  readonly #remembered = new Map<string, Remembered>();

  constructor(private readonly cadres: CadresService, private readonly parks: ParksService, private readonly clock: Clock) {
    cadres.onIdentityChange(() => { this.#remembered.clear(); });
    parks.onParksChange(() => { this.#remembered.clear(); });
  }

  /** Problem `unauthenticated` when nobody active is meant. */
  async resolve(token: VerifiedToken, requestId: string): Promise<Actor> {
    const clientOrOperator = token.local ? fromClaims(token) : undefined;
    if (clientOrOperator !== undefined) {
      const parkIds = clientOrOperator.kind === 'operator' ? await this.#every(`${token.issuer} operator`, requestId) : clientOrOperator.parkIds;
      return { ...clientOrOperator, parkIds, requestId };
    }
    const key = JSON.stringify([token.issuer, token.subject]);
    const now = this.clock.now().getTime();
    const known = this.#remembered.get(key);
    if (known !== undefined && known.until > now) return { ...known.actor, requestId };
    const actor = await this.#cadre(token, requestId);
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, { actor, until: now + REMEMBER_MS });
    return { ...actor, requestId };
  }

  async #cadre(token: VerifiedToken, requestId: string): Promise<Omit<Actor, 'requestId'>> {
    const cadre = await this.cadres.findByIdentityAsSystem(token.issuer, token.subject, requestId);
    if (cadre === undefined || !cadre.active) throw new Problem('unauthenticated');
    // Whoever reads a whole county does nothing else: any other role would reach into its other parks.
    const county = cadre.roles.includes('county');
    const parkIds = county ? await this.parks.listIdsOfCountyAsSystem(cadre.parkId, requestId) : [cadre.parkId];
    return {
      kind: 'cadre', id: cadre.id, issuer: token.issuer, subject: token.subject, parkIds, departmentId: cadre.departmentId, name: cadre.name,
      roles: county ? ['county'] : cadre.roles, scopes: [],
    };
  }

  async #every(key: string, requestId: string): Promise<readonly string[]> {
    const now = this.clock.now().getTime();
    const known = this.#remembered.get(key);
    if (known !== undefined && known.until > now) return known.actor.parkIds;
    const parkIds = await this.parks.listAllIdsAsSystem(requestId);
    this.#remembered.set(key, { actor: systemActor(requestId, parkIds), until: now + REMEMBER_MS });
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
