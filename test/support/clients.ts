import type { Caller, TestApp } from './app';

export interface MadeClient {
  readonly id: string;
  readonly secret: string;
}

/** A machine client of the park, with a secret. */
export async function aMachineClient(app: TestApp, given: object = {}, by: Caller = app.as('admin')): Promise<MadeClient> {
  const response = await by.post('/clients', { name: '星野县政务门户', scopes: ['visits:read'], ...given });
  if (response.status !== 201) throw new Error(`client: ${response.status} ${JSON.stringify(response.body)}`);
  return response.body as MadeClient;
}
