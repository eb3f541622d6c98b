import './require-node';
import 'reflect-metadata';
import { runProcess } from './process';

void runProcess({ http: true, jobs: true }, ({ url, config }) => {
  const token = config.issuers.some(({ kind }) => kind === 'local') ? '; a token: npm run -s token -- supervisor' : '';
  return `Service Ledger on ${url} (docs: ${url}/docs${token})`;
});
