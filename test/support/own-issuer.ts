import { jwtVerify } from 'jose';
import { AccountDirectory } from '../../src/identity/account-directory';
import { ActorResolver } from '../../src/identity/actor-resolver';
import { OwnIssuer } from '../../src/identity/own-issuer';
import { TokenVerifier, type VerifiedToken } from '../../src/identity/token-verifier';
import type { Actor } from '../../src/kernel/actor';
import { Problem } from '../../src/kernel/problem';
import type { TestApp } from './app';

/**
 * Lets the API believe tokens of the built-in issuer through its directory, as whoever resolves tokens has to. Of roles there is only the one that is named: what a
 * holder may do is not looked at here.
 */
export function believeOwnIssuer({ app, clock }: TestApp): void {
  const own = app.get(OwnIssuer);
  const directory = app.get(AccountDirectory);
  const verifier = app.get(TokenVerifier);
  const resolver = app.get(ActorResolver);
  const verify = verifier.verify.bind(verifier);
  const resolve = resolver.resolve.bind(resolver);
  verifier.verify = async (token): Promise<VerifiedToken> => verify(token).catch(async () => {
    const { payload } = await jwtVerify(token, own.keys, { issuer: own.issuer, audience: own.audience, algorithms: ['ES256'], currentDate: clock.now() }).catch(() => { throw new Problem('unauthenticated'); });
    return { issuer: own.issuer, subject: payload.sub ?? '', expiresAt: (payload.exp ?? 0) * 1_000, claims: payload, local: false };
  });
  resolver.resolve = async (token, requestId): Promise<Actor> => {
    if (token.issuer !== own.issuer) return resolve(token, requestId);
    const holder = await directory.find(token.subject, String(token.claims['grant']), requestId);
    if (holder === undefined) throw new Problem('unauthenticated');
    const of = holder.kind === 'cadre' ? { kind: 'cadre' as const, id: holder.cadreId, parkIds: [holder.parkId], roles: ['officer' as const] } : { kind: 'operator' as const, id: holder.accountId, parkIds: [], roles: ['operator' as const] };
    return { ...of, issuer: token.issuer, subject: token.subject, scopes: [], requestId };
  };
}
