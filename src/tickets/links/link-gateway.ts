import type { LinkPurpose, Taking } from '../domain/enterprise-link';

/** What goes to the enterprise: to be told in a sentence of the gateway's own, with the address in it. */
export interface LinkMessage {
  /** The same however often it is sent, so that a receiver can drop repeats. */
  readonly id: string;
  /** A mobile phone of the mainland, 11 digits. */
  readonly phone: string;
  readonly url: string;
  readonly purpose: LinkPurpose;
  readonly ticketNumber: string;
  readonly expiresAt: Date;
}

/** The way to whoever sends messages to phones. */
export interface LinkGateway {
  /** Resolves once the message was taken, and says whether it will reach the phone. @throws GatewayError when it was not taken, or may not have been */
  send(message: LinkMessage, now: Date): Promise<Taking>;
}

export const LINK_GATEWAY = Symbol('LinkGateway');

/** Says why in a code, and nothing that the other side has said: it may repeat a phone. */
export class GatewayError extends Error {
  constructor(readonly code: string, cause?: unknown) {
    super(code, { cause });
    this.name = 'GatewayError';
  }
}

/** A message as it is written. */
export function messageBody({ id, phone, url, purpose, ticketNumber, expiresAt }: LinkMessage): string {
  return JSON.stringify({ id, type: 'enterprise-link', phone, url, purpose, ticketNumber, expiresAt: expiresAt.toISOString() });
}
