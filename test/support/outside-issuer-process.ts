import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';

// A resource is an absolute URI there; what its tokens name as audience need not be one.
const THIS_SERVER = 'urn:this-server';

/** What the process is told on its command line, as JSON. */
export interface OutsideIssuerOptions {
  /** 0: any that is free. */
  readonly port: number;
  readonly audience: string;
  /** Private keys; the first signs. */
  readonly keys: readonly object[];
  /** Clients that get tokens under their own name as subject. */
  readonly subjects: readonly string[];
  readonly secret: string;
}

/** An identity provider of somebody else: oidc-provider itself, in a process of its own, which prints its address and knows nothing of the ledger. */
async function run({ port, audience, keys, subjects, secret }: OutsideIssuerOptions): Promise<void> {
  const { Provider } = await import('oidc-provider');
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const alg = String((keys[0] as { alg?: string }).alg);
  const provider = new Provider(issuer, {
    jwks: { keys: [...keys] as never },
    clients: subjects.map((subject) => ({ client_id: subject, client_secret: secret, grant_types: ['client_credentials'], redirect_uris: [], response_types: [], id_token_signed_response_alg: alg as 'ES256' })),
    features: {
      devInteractions: { enabled: false }, clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true, defaultResource: () => THIS_SERVER, useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({ scope: '', audience: resource === THIS_SERVER ? audience : resource, accessTokenFormat: 'jwt', accessTokenTTL: 600, jwt: { sign: { alg: alg as 'ES256' } } }),
      },
    },
    // A person as the provider numbers them, and claims that only the ledger's own issuers may make.
    extraTokenClaims: (_context, token) => ({ employee_no: `E-${String((token as { clientId?: string }).clientId)}`, operator: true, park_ids: ['01950000-0000-7000-8000-000000000001'] }),
  });
  server.on('request', (request, response) => { void provider.callback()(request, response); });
  // It goes with whoever started it, however that ends.
  process.stdin.once('end', () => { process.exit(); }).resume();
  process.stdout.write(`${issuer}\n`);
}

run(JSON.parse(process.argv[2] ?? '{}') as OutsideIssuerOptions).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
