import { createHmac } from 'node:crypto';
import { keyOf } from '../../platform/config';
import { GatewayError, type LinkGateway, type LinkMessage, messageBody } from './link-gateway';

// Slower receivers than this have not been seen to succeed; the outbox waits for a batch of them.
const TIMEOUT_MS = 10_000;

/**
 * Posts each message to an address of the operator's, signed as Standard Webhooks are: whoever knows the secret can tell that it is ours and new. Any
 * 2xx has taken it; what else is answered is not read, and no redirect is followed, since it would carry the phone to somewhere else.
 */
export class WebhookGateway implements LinkGateway {
  readonly #key: Buffer;

  constructor(private readonly url: string, secret: string, private readonly patience = () => AbortSignal.timeout(TIMEOUT_MS)) {
    this.#key = keyOf(secret);
  }

  async send(message: LinkMessage, now: Date): Promise<'delivered'> {
    const status = await this.#post(message.id, messageBody(message), Math.floor(now.getTime() / 1_000));
    if (status < 200 || status > 299) throw new GatewayError(`status-${status}`);
    return 'delivered';
  }

  async #post(id: string, body: string, timestamp: number): Promise<number> {
    const signature = createHmac('sha256', this.#key).update(`${id}.${timestamp}.${body}`).digest('base64');
    try {
      const response = await fetch(this.url, {
        method: 'POST', body, redirect: 'manual', signal: this.patience(),
        headers: { 'content-type': 'application/json', 'user-agent': 'service-ledger', 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` },
      });
      // The status alone says whether it was taken: patience that runs out from here on turns no success into a failure.
      await response.body?.cancel().catch(() => undefined);
      return response.status;
    } catch (error) {
      throw new GatewayError((error as { readonly name?: unknown }).name === 'TimeoutError' ? 'timeout' : 'unreachable', error);
    }
  }
}
