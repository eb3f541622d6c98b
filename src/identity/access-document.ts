import type { OpenAPIObject } from '@nestjs/swagger';
import { CLIENT_SCOPES, ROLES } from '../kernel/actor';
import { findRoute, PUBLIC_PATHS, PUBLIC_ROUTES, ROUTES, type RouteAccess } from './routes';

type Words = readonly [path: RegExp, sees: string];

const OWN_VISITS = 'Officers and leaders: those of enterprises that they are or were assigned to, those that they wrote, and those in which they are named. Supervisors, administrators, the county and clients: all of the park.';
const OWN_TICKETS = 'Officers, leaders and handlers: those that they handle, collaborate on, lead, are linked to or have registered, and those of their department; officers and leaders also those of enterprises that they are assigned to today. Supervisors, administrators, the county and clients: all of the park.';
const REGISTER = 'All of the parks in scope.';

/** What of a route's objects its callers see, or act on: the first that fits. The queries hold it, test/access/matrix.e2e-spec.ts compares. */
const SEES: readonly Words[] = [
  [/^parks$/, 'The parks in scope: one’s own; those of the county; those of the client; all for the operator.'],
  [/^parks\//, 'The parks in scope.'],
  [/^calendar\//, 'The nation’s calendar, alike for everybody.'],
  [/^enterprises\/:id\/contacts\//, 'Any enterprise of the park, with a reason and a line in the access log.'],
  [/^enterprises\/:id\/timeline$/, 'The enterprise’s assignments and changes of status; of its visits and tickets those that the caller sees elsewhere. A client sees tickets with `tickets:read` alone.'],
  [/^enterprises/, 'All of the parks in scope, with contacts masked.'],
  [/^tickets\/:id\/(?:links|receipts)$/, 'Clients that speak for enterprises: any ticket of their parks.'],
  [/^(?:tickets|linkages|follow-ups)(?:\/|$)|^supervision\/(?:follow-ups|calls|reminders)/, OWN_TICKETS],
  [/^matters/, 'All matters of the park; of their tickets those that the caller sees elsewhere.'],
  [/^visits/, OWN_VISITS],
  [/^planned-visits/, REGISTER],
  [/^lapses$/, 'Officers and leaders: their own. Supervisors, administrators, the county and clients: all of the park.'],
  [/^(?:departments|cadres|leaves|assignments|guide-items)/, REGISTER],
  [/^supervision\//, REGISTER],
  [/^changes$/, 'Every entry of the parks in scope; a client the data of the types alone that its other scopes let it read.'],
  [/^journal\//, 'The chains of the parks in scope.'],
  [/^access-log$/, 'The lines of the parks in scope, and those about the operator, who is of none.'],
  [/^integrity\/declarations/, 'Inspectors: the declarations of the park, of which nobody ends their own. Everybody else: their own.'],
  [/^integrity\/recused$/, 'What somebody of the park holds who has declared a conflict since; nothing of reports and recusals.'],
  [/^integrity\/recusals/, 'Inspectors: those of their level, the park’s or the county’s, but for any about themselves.'],
  [/^integrity\/(?:inspectors|verify)/, 'The inspectors and the chains of the parks in scope. Inspectors of a county are made and relieved by the county’s; the first of each by the operator.'],
  [/^integrity/, 'Inspectors of the park; a report that names one of them is the county’s inspectors’. Nobody whom a report names.'],
  [/^accounts/, 'The accounts of the parks in scope. An inspector’s is an inspector’s to lock, unlock and reset, every other an administrator’s; that of whoever reads a county nobody’s.'],
  [/^clients\/:id\/grant$/, 'Any client of whose id one was told, for one’s own park.'],
  [/^clients/, 'The machine clients of one’s own park, and those of others that it has granted something; these keep their secrets.'],
  [/^me/, 'Oneself.'],
];

/** What somebody who may take a route sees by it; undefined where nobody has said. */
export function seesBy({ path }: RouteAccess): string | undefined {
  return SEES.find(([pattern]) => pattern.test(path))?.[1];
}

/** Says at each call of the document who may take it: OpenAPI 3.1 lets a requirement name roles, and any of several requirements is enough. Public calls have none. */
export function documentAccess(document: OpenAPIObject): void {
  for (const [path, calls] of Object.entries(document.paths)) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const operation = calls[method];
      if (operation === undefined) continue;
      const route = findRoute(method.toUpperCase(), path.replace(/\{(\w+)\}/g, ':$1'));
      operation.security = [...(route?.roles ?? []), ...(route?.scopes ?? [])].map((word) => ({ bearer: [word] }));
    }
  }
}

/** docs/access.md. */
export function accessDocument(): string {
  const groups = Map.groupBy(ROUTES, ({ path }) => path.split('/')[0] ?? '');
  return `${INTRODUCTION}
${[...groups].map(([name, routes]) => section(name, routes)).join('\n')}
## Without a token

${PUBLIC_PATHS.map((path) => `- \`${path}\``).join('\n')}

Everything below these paths is open to anybody, and so are these calls, for whoever reports a breach of the four prohibitions and follows that:

${PUBLIC_ROUTES.map(({ method, path }) => `- \`${method} /${path}\``).join('\n')}

What is opened with a link or a receipt code is limited more strictly than the rest, and shows what that link or code is for.
`;
}

function section(name: string, routes: readonly RouteAccess[]): string {
  const rows = routes.map((route) => `| \`${route.method} /${route.path.replace(/:(\w+)/g, '{$1}')}\` | ${named(route.roles, ROLES.length)} | ${named(route.scopes.map((scope) => `\`${scope}\``), CLIENT_SCOPES.length)} |`);
  const seen = [...Map.groupBy(routes, seesBy)];
  const words = seen.map(([sees = '', some]) => (seen.length === 1 ? sees : `${some.map(({ method, path }) => `\`${method} /${path.replace(/:(\w+)/g, '{$1}')}\``).join(', ')}: ${sees}`));
  return `## ${name}\n\n| route | roles | scopes of clients |\n|---|---|---|\n${rows.join('\n')}\n\n${words.length === 1 ? `Sees: ${words[0] ?? ''}` : words.map((one) => `- ${one}`).join('\n')}\n`;
}

function named(words: readonly string[], all: number): string {
  return words.length === 0 ? '–' : words.length === all ? 'all' : words.join(', ');
}

const INTRODUCTION = `# Who may do what

Generated from the one table of routes, [src/identity/routes.ts](../src/identity/routes.ts), by \`npm run -s access\` after a build; a test compares. Paths are below \`/api/v1\`.

- Without a token: \`401\`. A role or scope that a route does not name: \`403\`, whatever its object. An object that the caller does not see: \`404\`, as if it were not there. A step on an object
  that one sees and may not take: \`403\`.
- A person has one park, or all of their county with the role \`county\`, which reads and does nothing else. A client has the parks that it was given, the operator none of whose business it sees.
- Behind every query stands row-level security by park ([ADR 5](adr/0005-row-level-security-by-settings-in-the-transaction.md), [ADR 18](adr/0018-roles-of-the-database.md)).
- \`test/access/matrix.e2e-spec.ts\` asks every route as everybody, about objects of one's own, another department, another park and another county, and compares each list with what its reader may see.
`;
