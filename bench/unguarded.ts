import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccessGuard } from '../src/identity/access.guard';
import type { Actor } from '../src/kernel/actor';
import type { Cursors } from '../src/platform/http/cursors';
import type { RateLimits } from '../src/platform/http/limits/rate-limits';

/**
 * The application without authentication and access checks, for bench/access.ts alone and in no build of the product: nobody's token is looked at, nobody is
 * looked up, and no table is asked whether they may. It believes a header. All else is as it is: limits, cursors, scope and row-level security.
 */

interface Kept {
  readonly limits: RateLimits;
  readonly cursors: Cursors;
}

const actors = new Map<string, Omit<Actor, 'requestId'>>();

/** `park,cadre,department` of a supervisor. */
function actorOf(header: string): Omit<Actor, 'requestId'> {
  const known = actors.get(header);
  if (known !== undefined) return known;
  const [parkId = '', id = '', departmentId = ''] = header.split(',');
  const actor: Omit<Actor, 'requestId'> = { kind: 'cadre', id, issuer: 'bench', subject: id, parkIds: [parkId], departmentId, roles: ['supervisor'], scopes: [] };
  actors.set(header, actor);
  return actor;
}

AccessGuard.prototype.canActivate = async function believe(this: AccessGuard, context: ExecutionContext): Promise<boolean> {
  const { limits, cursors } = this as unknown as Kept;
  const http = context.switchToHttp();
  const request = http.getRequest<FastifyRequest>();
  const header = request.headers['x-bench-actor'];
  if (typeof header !== 'string') return true;
  const actor = { ...actorOf(header), requestId: request.id };
  const wait = limits.ofCaller(actor, http.getResponse<FastifyReply>());
  if (wait !== undefined) await wait;
  request.actor = actor;
  const opening = cursors.open(request);
  if (opening !== undefined) await opening;
  return true;
};

void import('../src/main.js');
