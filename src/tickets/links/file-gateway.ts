import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Taking } from '../domain/enterprise-link';
import { GatewayError, type LinkGateway, type LinkMessage, messageBody } from './link-gateway';

// They hold phones and what opens a page: for whoever runs the process, and nobody else.
const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/**
 * Writes each message as a line of JSON to a file. Where something collects and sends it, a message counts as delivered; otherwise, as in development,
 * it is only taken: nobody has been told anything, so nobody can be silent.
 */
export class FileGateway implements LinkGateway {
  constructor(private readonly file: string, private readonly collected: boolean) {}

  async send(message: LinkMessage): Promise<Taking> {
    try {
      await mkdir(dirname(this.file), { recursive: true, mode: OWNER_ONLY_FOLDER });
      await appendFile(this.file, `${messageBody(message)}\n`, { mode: OWNER_ONLY, flush: true });
      return this.collected ? 'delivered' : 'taken';
    } catch (error) {
      throw new GatewayError('file', error);
    }
  }
}
