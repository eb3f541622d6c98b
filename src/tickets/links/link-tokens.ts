import type { InstallationKeys } from '../../platform/db/installation-keys';
import { hashOfToken, tokenOf } from '../domain/enterprise-link';

/** Works out the token of a link when it is needed; nothing keeps or logs one. */
export class LinkTokens {
  /** `publicUrl` is the server's address as enterprises reach it, without a slash at its end. */
  constructor(private readonly keys: InstallationKeys, private readonly publicUrl: string) {}

  async of(linkId: string): Promise<{ readonly url: string; readonly hash: Buffer }> {
    const token = tokenOf(await this.keys.of('link'), linkId);
    const hash = hashOfToken(token);
    if (hash === undefined) throw new TypeError('a token has the form of one');
    return { url: `${this.publicUrl}/api/v1/public/links/${token}`, hash };
  }
}
