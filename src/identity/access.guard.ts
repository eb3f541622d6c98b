import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../kernel/actor';
import { Problem } from '../kernel/problem';
import { Cursors } from '../platform/http/cursors';
import { RateLimits } from '../platform/http/limits/rate-limits';
import { ActorResolver } from './actor-resolver';
import { findRoute, isPublic, type RouteAccess } from './routes';
import { TokenVerifier } from './token-verifier';

const AUTHORIZATION = 'authorization';
const BEARER = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** Lets a request through when its token is right and the table of routes allows it; leaves the actor on the request. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly verifier: TokenVerifier, private readonly resolver: ActorResolver, private readonly limits: RateLimits, private readonly cursors: Cursors) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const path = request.routeOptions.url ?? '';
    if (isPublic(request.method, path)) return true;
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || isSaidTwice(request.raw.rawHeaders)) throw new Problem('unauthenticated');
    const verified = await this.verifier.verify(token);
    const actor = await this.resolver.resolve(verified, request.id);
    const wait = this.limits.ofCaller(actor, http.getResponse<FastifyReply>());
    if (wait !== undefined) await wait;
    const route = findRoute(request.method, path);
    request.actor = allowedBy(route, actor);
    // The token itself was right when the call came: that it runs out while the call waits is no reason to have waited for nothing.
    request.actorNow = async () => allowedBy(route, await this.resolver.resolve(verified, request.id));
    const opening = this.cursors.open(request);
    if (opening !== undefined) await opening;
    return true;
  }
}

/** The actor, where the route is theirs to take. Problem `forbidden`. */
function allowedBy(route: RouteAccess | undefined, actor: Actor): Actor {
  const allowed = route !== undefined && (route.roles.some((role) => actor.roles.includes(role)) || route.scopes.some((scope) => actor.scopes.includes(scope)));
  if (!allowed) throw new Problem('forbidden');
  return actor;
}

/** Whether there are two headers `Authorization`: Node reads the first, what stands in front of it may have read the last. */
function isSaidTwice(rawHeaders: readonly string[]): boolean {
  let found = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === AUTHORIZATION.length && name.toLowerCase() === AUTHORIZATION) found += 1;
  }
  return found > 1;
}
