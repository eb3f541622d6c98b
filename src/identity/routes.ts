import { LIFECYCLE, STEPS } from '../tickets/domain/lifecycle';
import { CLIENT_SCOPES, type ClientScope, type Role } from '../kernel/actor';

/** Who may take a route. A role or a scope that is not named gets `forbidden`; what they see of it is decided in the query. */
export interface RouteAccess {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** As the router knows it, below `/api/v1` unless it begins with `/`. */
  readonly path: string;
  readonly roles: readonly Role[];
  readonly scopes: readonly ClientScope[];
}

const VISITORS: readonly Role[] = ['officer', 'leader'];
const OF_THE_PARK: readonly Role[] = ['officer', 'leader', 'handler', 'supervisor', 'admin', 'inspector'];
const READERS: readonly Role[] = [...OF_THE_PARK, 'county'];
const OVERSEERS: readonly Role[] = ['supervisor', 'admin', 'county'];
const DUTY_READERS: readonly Role[] = [...VISITORS, ...OVERSEERS];
const GUIDE_READERS: readonly Role[] = [...VISITORS, 'handler', ...OVERSEERS];
// Whoever raises a ticket or speaks for an enterprise chooses from the guide.
const GUIDE_SCOPES: readonly ClientScope[] = ['enterprises:read', 'tickets:read', 'tickets:write', 'enterprise:act'];

const STAFF: readonly Role[] = ['officer', 'leader', 'handler', 'supervisor'];
const TICKET_READERS: readonly Role[] = [...STAFF, 'admin', 'county'];

// An inspector's account is an inspector's to look after.
const KEEPERS: readonly Role[] = ['admin', 'inspector'];

const route = (method: RouteAccess['method'], path: string, roles: readonly Role[], scopes: readonly ClientScope[] = []): RouteAccess => ({ method, path, roles, scopes });

/**
 * The one table of routes against roles and client scopes. Guards, the start-up check and the tests come from it; a route that is
 * not in it does not start.
 */
export const ROUTES: readonly RouteAccess[] = [
  route('GET', 'parks', [...READERS, 'operator'], ['enterprises:read']),
  route('POST', 'parks', ['operator']),
  route('GET', 'parks/:id', [...READERS, 'operator'], ['enterprises:read']),
  route('PATCH', 'parks/:id', ['operator']),
  route('GET', 'parks/:id/working-hours', [...READERS, 'operator'], ['enterprises:read']),
  route('POST', 'parks/:id/working-hours', ['admin']),
  route('GET', 'parks/:id/policies', [...READERS, 'operator'], ['enterprises:read']),
  route('POST', 'parks/:id/policies', ['admin']),
  route('GET', 'calendar/:year', [...READERS, 'operator'], ['enterprises:read']),
  route('PUT', 'calendar/:year', ['operator']),
  route('GET', 'departments', READERS, ['enterprises:read']),
  route('POST', 'departments', ['admin']),
  route('PATCH', 'departments/:id', ['admin']),
  route('GET', 'enterprises', READERS, ['enterprises:read']),
  route('POST', 'enterprises', ['admin'], ['enterprises:write']),
  route('GET', 'enterprises/:id', READERS, ['enterprises:read']),
  route('PATCH', 'enterprises/:id', ['admin'], ['enterprises:write']),
  route('POST', 'enterprises/:id/status', ['admin'], ['enterprises:write']),
  route('POST', 'enterprises/:id/contacts/reveal', ['officer', 'leader', 'handler', 'supervisor', 'admin']),
  route('POST', 'enterprises/:id/contacts/erase', ['admin']),
  route('GET', 'enterprises/:id/timeline', DUTY_READERS, ['visits:read']),
  route('GET', 'cadres', READERS),
  route('POST', 'cadres', ['admin']),
  route('GET', 'cadres/:id', READERS),
  route('PATCH', 'cadres/:id', ['admin']),
  route('GET', 'cadres/:id/leaves', READERS),
  route('POST', 'cadres/:id/leaves', ['admin']),
  route('PATCH', 'leaves/:id', ['admin']),
  route('POST', 'leaves/:id/cancel', ['admin']),
  route('GET', 'assignments', READERS, ['visits:read']),
  route('POST', 'assignments', ['admin']),
  route('POST', 'assignments/:id/end', ['admin']),
  route('POST', 'assignments/:id/handover', ['admin']),
  route('GET', 'guide-items', GUIDE_READERS, GUIDE_SCOPES),
  route('POST', 'guide-items', ['admin']),
  route('GET', 'guide-items/:id', GUIDE_READERS, GUIDE_SCOPES),
  route('POST', 'guide-items/:id/versions', ['admin']),
  route('GET', 'visits', DUTY_READERS, ['visits:read']),
  route('POST', 'visits', VISITORS),
  route('GET', 'visits/:id', DUTY_READERS, ['visits:read']),
  route('POST', 'visits/:id/amend', [...VISITORS, 'supervisor']),
  route('POST', 'visits/:id/void', [...VISITORS, 'supervisor']),
  route('POST', 'visits/:id/review', ['supervisor']),
  route('POST', 'visits/:id/confirm-participation', VISITORS),
  route('GET', 'planned-visits', DUTY_READERS, ['visits:read']),
  route('POST', 'planned-visits', VISITORS),
  route('POST', 'planned-visits/:id/decline', VISITORS, ['enterprise:act']),
  route('POST', 'planned-visits/:id/join', VISITORS),
  route('POST', 'planned-visits/:id/cancel', VISITORS),
  route('GET', 'tickets', TICKET_READERS, ['tickets:read']),
  route('POST', 'tickets', STAFF, ['tickets:write']),
  route('GET', 'tickets/:id', TICKET_READERS, ['tickets:read']),
  route('GET', 'tickets/:id/answers', TICKET_READERS, ['tickets:read']),
  route('GET', 'tickets/:id/events', TICKET_READERS, ['tickets:read']),
  route('GET', 'tickets/:id/timeline', TICKET_READERS, ['tickets:read']),
  // Whoever is something to the ticket, by the table of steps; what they are to it is asked when the step is taken.
  ...STEPS.map((step) => {
    const { by } = LIFECYCLE[step];
    const staff = by.some((party) => party !== 'supervisor' && party !== 'enterprise' && party !== 'system');
    return route('POST', `tickets/:id/${step}`, staff ? STAFF : by.includes('supervisor') ? ['supervisor'] : [], by.includes('enterprise') ? ['enterprise:act'] : []);
  }),
  route('GET', 'tickets/:id/linkages', TICKET_READERS, ['tickets:read']),
  route('POST', 'tickets/:id/linkages', STAFF),
  // What somebody is to the linkage is asked when they act.
  ...['team', 'sessions', 'replies', 'close'].map((act) => route('POST', `linkages/:id/${act}`, STAFF)),
  route('POST', 'follow-ups/:id/done', STAFF),
  route('GET', 'matters', TICKET_READERS, ['tickets:read']),
  route('POST', 'matters', ['supervisor']),
  route('GET', 'matters/:id', TICKET_READERS, ['tickets:read']),
  route('POST', 'matters/:id/research', STAFF),
  ...['tickets', 'decide', 'accept', 'dismiss'].map((act) => route('POST', `matters/:id/${act}`, ['supervisor'])),
  route('GET', 'supervision/follow-ups', TICKET_READERS),
  route('GET', 'supervision/reminders', TICKET_READERS),
  route('POST', 'supervision/reminders', ['supervisor']),
  route('POST', 'supervision/reminders/:id/reply', STAFF),
  route('GET', 'supervision/calls', TICKET_READERS),
  // The enterprise's own voice: no cadre ever sees a link.
  route('POST', 'tickets/:id/links', [], ['enterprise:act']),
  route('POST', 'tickets/:id/receipts', [], ['enterprise:act']),
  route('GET', 'supervision/overdue-visits', OVERSEERS, ['visits:read']),
  route('GET', 'supervision/unresolved-tickets', OVERSEERS, ['tickets:read']),
  route('GET', 'supervision/coverage', OVERSEERS, ['visits:read']),
  route('GET', 'supervision/burden', OVERSEERS, ['visits:read']),
  route('GET', 'lapses', DUTY_READERS, ['visits:read']),
  route('GET', 'changes', OVERSEERS, ['changes:read']),
  route('GET', 'journal/head', OVERSEERS, ['journal:read']),
  route('GET', 'journal/verify', OVERSEERS, ['journal:read']),
  route('GET', 'clients', ['admin']),
  route('POST', 'clients', ['admin']),
  route('GET', 'clients/:id', ['admin']),
  ...['grant', 'rotate', 'revoke'].map((act) => route('POST', `clients/:id/${act}`, ['admin'])),
  // Reports are given and followed without a token: see PUBLIC_ROUTES.
  route('GET', 'integrity/reports', ['inspector']),
  route('GET', 'integrity/reports/:id', ['inspector']),
  route('GET', 'integrity/reports/:id/files/:fileId', ['inspector']),
  ...['question', 'identify', 'decide'].map((act) => route('POST', `integrity/reports/:id/${act}`, ['inspector'])),
  route('GET', 'integrity/recusals', ['inspector']),
  route('POST', 'integrity/recusals', ['inspector']),
  route('POST', 'integrity/recusals/:id/end', ['inspector']),
  route('GET', 'integrity/declarations', OF_THE_PARK),
  route('POST', 'integrity/declarations', OF_THE_PARK),
  route('POST', 'integrity/declarations/:id/end', ['inspector']),
  route('GET', 'integrity/recused', ['admin']),
  // The first of a park by the operator: what each may is asked when it is done.
  route('POST', 'integrity/inspectors', ['inspector', 'operator']),
  route('POST', 'integrity/inspectors/:id/end', ['inspector']),
  route('GET', 'integrity/verify', ['inspector']),
  route('GET', 'access-log', ['inspector']),
  route('GET', 'me', [...READERS, 'operator'], CLIENT_SCOPES),
  route('GET', 'me/worklist', STAFF),
  route('GET', 'me/sessions', [...READERS, 'operator']),
  route('POST', 'me/sessions/:id/revoke', [...READERS, 'operator']),
  route('GET', 'accounts', KEEPERS),
  route('POST', 'accounts', KEEPERS),
  route('GET', 'accounts/:id', KEEPERS),
  // Whose account it is decides between them.
  ...['lock', 'unlock', 'reset'].map((act) => route('POST', `accounts/:id/${act}`, KEEPERS)),
];

/** What whoever has a link opens; limited more strictly than the rest. */
const LINKS_PATH = '/api/v1/public/links';

/** The built-in issuer: who comes there has no token yet. */
const ISSUER_PATH = '/oidc';

/** Answered without a token, whatever the method. */
export const PUBLIC_PATHS: readonly string[] = ['/health/live', '/health/ready', '/openapi.json', '/docs', LINKS_PATH, ISSUER_PATH];

/** Answered without a token by one method, beside routes of the table: who reports, and follows that, is asked for no name. */
export const PUBLIC_ROUTES: readonly Pick<RouteAccess, 'method' | 'path'>[] = [
  { method: 'POST', path: 'integrity/reports' }, { method: 'GET', path: 'integrity/receipts' }, { method: 'POST', path: 'integrity/receipts/messages' },
];

const PUBLIC_KEYS: ReadonlySet<string> = new Set(PUBLIC_ROUTES.map(({ method, path }) => `${method} ${fullPath(path)}`));
const BY_KEY = new Map(ROUTES.map((one) => [`${one.method} ${fullPath(one.path)}`, one]));

export function fullPath(path: string): string {
  return `/api/v1/${path}`;
}

export function findRoute(method: string, path: string): RouteAccess | undefined {
  return BY_KEY.get(keyOf(method, path));
}

/** Whether a route is asked by anybody in the world: it has a limit of its own. */
export function isForAnybody(method: string, path: string): boolean {
  return takesForms(path) || PUBLIC_KEYS.has(keyOf(method, path));
}

/** Whether it takes forms as browsers send them. */
export function takesForms(path: string): boolean {
  return [LINKS_PATH, ISSUER_PATH].some((open) => path.startsWith(`${open}/`));
}

export function isPublic(method: string, path: string): boolean {
  return PUBLIC_PATHS.some((open) => path === open || path.startsWith(`${open}/`)) || PUBLIC_KEYS.has(keyOf(method, path));
}

/** Fastify answers HEAD wherever it answers GET. */
function keyOf(method: string, path: string): string {
  return `${method === 'HEAD' ? 'GET' : method} ${path}`;
}
