import type { JWTVerifyGetKey } from 'jose';

/** The issuer that is built in: what its tokens say of themselves, and the keys that they are signed with. */
export abstract class OwnIssuer {
  abstract readonly issuer: string;
  abstract readonly audience: string;
  abstract readonly keys: JWTVerifyGetKey;
}
