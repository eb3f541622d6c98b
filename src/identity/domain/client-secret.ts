import { createHmac, type KeyObject } from 'node:crypto';

/** Found by those who look for secrets in what they are about to publish. */
const PREFIX = 'slc_';
export const SECRET_BYTES = 32;
const SECRET = /^slc_[\w-]{43}$/;

/** A secret that a client has now, without itself. */
export interface LiveSecret {
  readonly id: string;
  readonly slot: number;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export function secretOf(random: Buffer): string {
  return `${PREFIX}${random.toString('base64url')}`;
}

/** What is kept of a secret: nobody guesses 256 bits, so it need not be slow. It is good for this client alone, and in this installation. Nothing for a text that is none. */
export function hashOfSecret(key: KeyObject, clientId: string, secret: string): Buffer | undefined {
  return SECRET.test(secret) ? createHmac('sha256', key).update(`${clientId} ${secret}`).digest() : undefined;
}

/** Which of a client's secrets go on beside a new one, and which end, so that there are two at most. */
export interface Rotation {
  readonly kept: LiveSecret | undefined;
  readonly ended: readonly LiveSecret[];
  readonly slot: 1 | 2;
}

/** The one that was used last goes on, whichever is older: a secret whose answer never arrived is never used, and must not drive out the one in use. */
export function planRotation(live: readonly LiveSecret[]): Rotation {
  const [kept, ...ended] = [...live].sort((one, other) => (other.lastUsedAt?.getTime() ?? 0) - (one.lastUsedAt?.getTime() ?? 0) || other.createdAt.getTime() - one.createdAt.getTime());
  return { kept, ended, slot: kept?.slot === 1 ? 2 : 1 };
}
