'use strict';

/**
 * Who may import whom. Paths are relative to the project's root. test/schema/boundaries.spec.ts breaks every rule once, and fails for a rule that
 * it cannot break.
 */

/** From the most basic feature to the last: a later one may import an earlier one, never the reverse. */
const FEATURES = ['parks', 'enterprises', 'cadres', 'assignments', 'visits', 'guide', 'tickets', 'supervision', 'integrity', 'identity', 'field', 'portal', 'cli'];

const anyOf = (names) => `(?:${names.join('|')})`;
const FEATURE = `^src/(${FEATURES.join('|')})/`;
const ANY_FEATURE = `^src/${anyOf(FEATURES)}/`;
const OWN_FEATURE = '^src/$1/';
const SPEC = '\\.(?:spec|e2e-spec)\\.ts$';
const kind = (...suffixes) => `\\.${anyOf(suffixes)}\\.ts$`;

/** Within a feature: domain <- entity <- store <- service <- controller, sweep. Specs stand outside: they import what they test. */
const layer = (name, suffix, comment, may) => ({
  name,
  severity: 'error',
  comment,
  from: { path: `${FEATURE}.*${kind(suffix)}` },
  to: { path: OWN_FEATURE, pathNot: may },
});

const downwards = FEATURES.slice(0, -1).map((feature, position) => ({
  name: `${feature}-imports-no-later-feature`,
  severity: 'error',
  comment: `Features import downwards in this order: ${FEATURES.join(', ')}.`,
  from: { path: `^src/${feature}/` },
  to: { path: `^src/${anyOf(FEATURES.slice(position + 1))}/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one file, or miss a third. Imports of types count.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved-import',
      severity: 'error',
      comment: 'The imported file or package is not there.',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-orphan',
      severity: 'error',
      comment: 'Nothing imports this file and it imports nothing: it is dead, or was forgotten.',
      from: { orphan: true, path: '^src/', pathNot: [SPEC, '\\.d\\.ts$'] },
      to: {},
    },
    {
      name: 'no-barrel',
      severity: 'error',
      comment: 'An index.ts hides who needs what, and makes cycles.',
      from: {},
      to: { path: '/index\\.ts$', pathNot: 'node_modules/' },
    },
    {
      name: 'no-unknown-room',
      severity: 'error',
      comment: 'src holds the kernel, the platform and the features named here. A new feature is given its place in the order above.',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: `^src/${anyOf(['kernel', 'platform', ...FEATURES])}/` },
    },
    {
      name: 'no-room-without-a-name',
      severity: 'error',
      comment: 'What is common, shared, a helper or a utility has not been named yet.',
      from: {},
      to: { path: '/(?:common|utils|util|shared|helpers|helper|misc)[/.]', pathNot: 'node_modules/' },
    },
    {
      name: 'no-development-package',
      severity: 'error',
      comment: 'What runs may not need a package that an installation for production leaves out. Types are gone by then.',
      from: { path: '^(?:src|migrations)/', pathNot: SPEC },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      comment: 'A package that package.json does not name is there by chance.',
      from: { path: '^(?:src|migrations)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-test-code-in-src',
      severity: 'error',
      comment: 'What runs knows nothing of its tests and measurements.',
      from: { path: '^(?:src|migrations)/', pathNot: SPEC },
      to: { path: [SPEC, '^(?:test|bench)/'] },
    },
    {
      name: 'kernel-imports-nothing',
      severity: 'error',
      comment: 'The kernel is pure words for all features.',
      from: { path: '^src/kernel/', pathNot: SPEC },
      to: { path: '^(?:src|migrations)/', pathNot: '^src/kernel/' },
    },
    {
      name: 'pure-code-does-no-io',
      severity: 'error',
      comment: 'A rule is a function of facts and a given now: no framework, no database, nothing of Node but its hashes.',
      from: { path: '^src/(?:kernel|[^/]+/domain)/', pathNot: SPEC },
      to: {
        path: ['node_modules/(?:@nestjs|@fastify|fastify|typeorm|pg|pg-boss|pino|pino-http|nestjs-pino|rxjs|class-validator|class-transformer)/', '^(?:assert|async_hooks|child_process|cluster|dgram|dns|events|fs|http|http2|https|net|os|process|readline|stream|timers|tls|v8|vm|worker_threads|zlib)(?:$|/)'],
      },
    },
    {
      name: 'domain-imports-kernel-and-own-folder-only',
      severity: 'error',
      comment: 'A rule of one feature needs only the kernel and its own folder.',
      from: { path: '^src/([^/]+)/domain/', pathNot: SPEC },
      to: { path: '^(?:src|migrations)/', pathNot: ['^src/kernel/', '^src/$1/domain/'] },
    },
    {
      name: 'platform-imports-kernel-only',
      severity: 'error',
      comment: 'The platform has no business noun. It runs the migrations.',
      from: { path: '^src/platform/', pathNot: SPEC },
      to: { path: '^src/', pathNot: '^src/(?:kernel|platform)/' },
    },
    {
      name: 'migrations-stand-alone',
      severity: 'error',
      comment: 'A migration does for ever what it did on the day it was written: it may not depend on code that changes.',
      from: { path: '^migrations/' },
      to: { path: '^src/' },
    },
    layer('entity-imports-domain-only', 'entity', 'An entity knows its table and the words of the domain.', ['^src/$1/domain/', kind('entity')]),
    layer('store-imports-domain-and-entity-only', 'store', 'A store knows tables; who asks, and in which shape it answers a client, is decided above it.', ['^src/$1/domain/', kind('entity', 'store')]),
    {
      name: 'service-imports-nothing-above',
      severity: 'error',
      comment: 'A service, a query, and whatever is no controller, sweep or module, knows neither HTTP nor the clockwork. The type of a request it may name.',
      from: { path: FEATURE, pathNot: [SPEC, kind('controller', 'sweep', 'module', 'dto', 'entity', 'store')] },
      to: { path: `${OWN_FEATURE}.*${kind('controller', 'sweep', 'module')}` },
    },
    {
      name: 'service-imports-only-types-of-dtos',
      severity: 'error',
      comment: 'Parsing and rendering is the work of the controller.',
      from: { path: FEATURE, pathNot: [SPEC, kind('controller', 'module', 'dto')] },
      to: { path: `${OWN_FEATURE}.*${kind('dto')}`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'dto-imports-domain-only',
      severity: 'error',
      comment: 'A dto is parsed from and rendered for HTTP. Of what lies below it knows the domain, and the types that it renders.',
      from: { path: `${FEATURE}.*${kind('dto')}` },
      to: { path: OWN_FEATURE, pathNot: ['^src/$1/domain/', kind('dto')], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'dto-names-no-service',
      severity: 'error',
      comment: 'What a service returns and a dto renders is a type of the domain or of the store.',
      from: { path: `${FEATURE}.*${kind('dto')}` },
      to: { path: OWN_FEATURE, pathNot: ['^src/$1/domain/', kind('dto', 'entity', 'store')] },
    },
    {
      name: 'controller-imports-no-store',
      severity: 'error',
      comment: 'A controller parses, calls a service (or one of the read-only queries) and maps. The service decides what commits together.',
      from: { path: `${FEATURE}.*${kind('controller')}` },
      to: { path: `${OWN_FEATURE}.*${kind('store', 'sweep', 'controller', 'module')}` },
    },
    {
      name: 'sweep-imports-no-http',
      severity: 'error',
      comment: 'A sweep stands beside the controller, not upon it.',
      from: { path: `${FEATURE}.*${kind('sweep')}` },
      to: { path: `${OWN_FEATURE}.*${kind('controller', 'dto', 'module')}` },
    },
    {
      name: 'entity-imports-no-other-feature',
      severity: 'error',
      comment: 'Tables of two features meet in foreign keys, not in object graphs.',
      from: { path: `${FEATURE}.*${kind('entity')}` },
      to: { path: ANY_FEATURE, pathNot: OWN_FEATURE },
    },
    {
      name: 'features-meet-in-service-module-domain',
      severity: 'error',
      comment: 'A feature shows the others its services, its module and its domain.',
      from: { path: FEATURE, pathNot: '^src/cli/' },
      to: { path: ANY_FEATURE, pathNot: [OWN_FEATURE, kind('service', 'module'), '^src/[^/]+/domain/'] },
    },
    {
      name: 'only-modules-import-modules',
      severity: 'error',
      comment: 'Wiring is done in modules, and where a process is put together.',
      from: { path: '^src/[^/]+/', pathNot: [kind('module'), SPEC, '^src/cli/'] },
      to: { path: kind('module'), pathNot: 'node_modules/' },
    },
    {
      name: 'processes-look-into-no-feature',
      severity: 'error',
      comment: 'The files of src itself and the commands put features together by their modules and services. A process also decides whose tokens it trusts: '
        + 'identity shows it its plain files. Only the list of all tables, entities.ts, names entities.',
      from: { path: '^src/(?:[^/]+|cli/.+)\\.ts$', pathNot: ['^src/entities\\.ts$', SPEC] },
      to: { path: ANY_FEATURE, pathNot: [kind('service', 'module'), '^src/[^/]+/domain/', '^src/identity/[^/.]+\\.ts$', '^src/cli/'] },
    },
    {
      name: 'nobody-imports-a-process',
      severity: 'error',
      comment: 'main.ts and worker.ts start things when they are loaded.',
      from: {},
      to: { path: '^src/(?:main|worker)\\.ts$' },
    },
    {
      name: 'nobody-imports-supervision',
      severity: 'error',
      comment: 'Supervision names tables in SQL and reads across all features: nothing may rest on it.',
      from: { path: '^src/', pathNot: ['^src/supervision/', '^src/app\\.module\\.ts$'] },
      to: { path: '^src/supervision/' },
    },
    ...downwards,
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['node', 'require', 'import', 'default', 'types'], extensions: ['.ts', '.js', '.json', '.d.ts'] },
  },
};
