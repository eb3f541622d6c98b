import type { Role } from '../kernel/actor';

/** Fixed, so that the token command needs no database. */
export const DEMO_PARK_ID = '01900000-0000-7000-8000-000000000001';
export const DEMO_SECOND_PARK_ID = '01900000-0000-7000-8000-000000000002';

/** The demo persons for whom `npm run token` knows a word: the subject of their identity. */
export const DEMO_PERSONS: readonly Role[] = ['officer', 'leader', 'handler', 'supervisor', 'admin', 'inspector', 'county', 'operator'];

export function demoSubject(key: string): string {
  return `demo-${key}`;
}
