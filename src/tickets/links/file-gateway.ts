import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GatewayError, type LinkGateway, type LinkMessage, messageBody } from './link-gateway';

// They hold phones and what opens a page: for whoever runs the process, and nobody else.
const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/** Writes each message as a line of JSON to a file, which somebody or something then sends: for development, and where a provider collects files. */
export class FileGateway implements LinkGateway {
  constructor(private readonly file: string) {}

  async send(message: LinkMessage): Promise<void> {
    try {
      await mkdir(dirname(this.file), { recursive: true, mode: OWNER_ONLY_FOLDER });
      await appendFile(this.file, `${messageBody(message)}\n`, { mode: OWNER_ONLY, flush: true });
    } catch (error) {
      throw new GatewayError('file', error);
    }
  }
}
