import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** The file that imports, what it imports (a file of the fixture, a package, or nothing at all), and the rules it breaks; `type` imports a type only. */
type Case = readonly [from: string, to: string, rules: readonly string[], how?: 'type'];

const BROKEN: readonly Case[] = [
  ['src/parks/domain/egg.ts', 'src/parks/domain/hen.ts', ['no-cycles'], 'type'],
  ['src/parks/lost.service.ts', 'src/parks/nowhere.ts', ['no-unresolved-import']],
  ['src/kernel/forgotten.ts', '', ['no-orphan']],
  ['src/parks/barrel.service.ts', 'src/parks/index.ts', ['no-barrel']],
  ['src/parks/unknown.service.ts', 'src/lottery/draw.ts', ['no-unknown-room']],
  ['src/parks/vague.service.ts', 'src/parks/helpers/text.ts', ['no-room-without-a-name']],
  ['src/parks/tested.service.ts', 'development-package', ['no-development-package']],
  ['src/parks/lucky.service.ts', 'undeclared-package', ['no-undeclared-package']],
  ['src/parks/fixture.service.ts', 'test/support/database.ts', ['no-test-code-in-src']],
  ['src/parks/spied.service.ts', 'src/parks/domain/policy.spec.ts', ['no-test-code-in-src']],
  ['src/kernel/knowing.ts', 'src/platform/clock.ts', ['kernel-imports-nothing']],
  ['src/kernel/reading.ts', 'node:fs', ['pure-code-does-no-io']],
  ['src/visits/domain/framed.ts', '@nestjs/common', ['pure-code-does-no-io']],
  ['src/visits/domain/ticking.ts', 'src/platform/clock.ts', ['domain-imports-kernel-and-own-folder-only']],
  ['src/visits/domain/neighbour.ts', 'src/parks/domain/policy.ts', ['domain-imports-kernel-and-own-folder-only']],
  ['src/visits/domain/stored.ts', 'src/visits/visit.entity.ts', ['domain-imports-kernel-and-own-folder-only'], 'type'],
  ['src/platform/jobs/nosy.ts', 'src/parks/parks.service.ts', ['platform-imports-kernel-only']],
  ['migrations/2-moving.ts', 'src/parks/domain/policy.ts', ['migrations-stand-alone']],
  ['src/visits/fetching.entity.ts', 'src/visits/visits.store.ts', ['entity-imports-domain-only']],
  ['src/visits/joined.entity.ts', 'src/parks/park.entity.ts', ['entity-imports-no-other-feature', 'features-meet-in-service-module-domain'], 'type'],
  ['src/visits/deciding.store.ts', 'src/visits/visits.service.ts', ['store-imports-domain-and-entity-only']],
  ['src/visits/answering.store.ts', 'src/visits/visits.dto.ts', ['store-imports-domain-and-entity-only'], 'type'],
  ['src/visits/calling.service.ts', 'src/visits/visits.controller.ts', ['service-imports-nothing-above']],
  ['src/visits/waking.service.ts', 'src/visits/visits.sweep.ts', ['service-imports-nothing-above']],
  ['src/visits/rendering.service.ts', 'src/visits/visits.dto.ts', ['service-imports-only-types-of-dtos']],
  ['src/visits/entity.dto.ts', 'src/visits/visit.entity.ts', ['dto-imports-domain-only']],
  ['src/visits/service.dto.ts', 'src/visits/visits.service.ts', ['dto-names-no-service'], 'type'],
  ['src/visits/direct.controller.ts', 'src/visits/visits.store.ts', ['controller-imports-no-store'], 'type'],
  ['src/visits/polite.sweep.ts', 'src/visits/visits.dto.ts', ['service-imports-only-types-of-dtos', 'sweep-imports-no-http']],
  ['src/visits/reaching.service.ts', 'src/parks/parks.store.ts', ['features-meet-in-service-module-domain']],
  ['src/visits/wiring.service.ts', 'src/parks/parks.module.ts', ['only-modules-import-modules']],
  ['src/platform/wiring.ts', 'src/platform/platform.module.ts', ['only-modules-import-modules']],
  ['src/start.ts', 'src/parks/parks.store.ts', ['processes-look-into-no-feature']],
  ['src/cli/peek.ts', 'src/parks/parks.store.ts', ['processes-look-into-no-feature']],
  ['src/again.ts', 'src/main.ts', ['nobody-imports-a-process']],
  ['src/portal/report.service.ts', 'src/supervision/supervision.service.ts', ['nobody-imports-supervision']],
];

const FINE: readonly Case[] = [
  ['src/parks/domain/hen.ts', 'src/parks/domain/egg.ts', []], // the cycle is reported at the egg
  ['src/kernel/limit.ts', 'src/kernel/day.ts', []],
  ['src/platform/clock.ts', 'src/kernel/day.ts', []],
  ['src/platform/db/migrate.ts', 'migrations/1-first.ts', []],
  ['src/parks/domain/policy.ts', 'src/kernel/day.ts', []],
  ['src/parks/domain/policy.spec.ts', 'development-package', []],
  ['src/parks/park.entity.ts', 'src/parks/domain/policy.ts', []],
  ['src/parks/parks.store.ts', 'src/parks/park.entity.ts', []],
  ['src/parks/parks.service.ts', 'src/parks/parks.store.ts', []],
  ['src/parks/typed.service.ts', 'src/parks/parks.dto.ts', [], 'type'],
  ['src/parks/parks.dto.ts', 'src/parks/park.entity.ts', [], 'type'],
  ['src/parks/parks.controller.ts', 'src/parks/parks.service.ts', []],
  ['src/parks/parks.module.ts', 'src/parks/parks.controller.ts', []],
  ['src/parks/typing.ts', 'development-package', [], 'type'],
  ['src/visits/visit.entity.ts', 'src/kernel/day.ts', []],
  ['src/visits/visits.store.ts', 'src/visits/visit.entity.ts', []],
  ['src/visits/visits.service.ts', 'src/parks/parks.service.ts', []],
  ['src/visits/visits.dto.ts', 'src/parks/domain/policy.ts', []],
  ['src/visits/visits.controller.ts', 'src/visits/visits.dto.ts', []],
  ['src/visits/visits.sweep.ts', 'src/visits/visits.service.ts', []],
  ['src/visits/visits.module.ts', 'src/parks/parks.module.ts', []],
  ['src/supervision/supervision.service.ts', 'src/visits/visits.service.ts', []],
  ['src/supervision/supervision.module.ts', 'src/supervision/supervision.service.ts', []],
  ['src/app.module.ts', 'src/supervision/supervision.module.ts', []],
  ['src/main.ts', 'src/app.module.ts', []],
  ['src/entities.ts', 'src/parks/park.entity.ts', []],
  ['src/cli/token.ts', 'src/identity/local-issuer.ts', []],
];

/** Files that only have to be there. */
const LEAVES = ['src/kernel/day.ts', 'src/parks/index.ts', 'src/lottery/draw.ts', 'src/parks/helpers/text.ts', 'src/platform/platform.module.ts',
  'src/identity/local-issuer.ts', 'migrations/1-first.ts', 'test/support/database.ts'];

interface Rule {
  readonly name: string;
}

const project = join(__dirname, '..', '..');
const { forbidden } = jest.requireActual<{ forbidden: Rule[] }>('../../.dependency-cruiser.cjs');

/** One case per pair of neighbours in the order of features, from the rules that carry the order. */
function upwardCases(): Case[] {
  const order = [...forbidden.flatMap(({ name }) => /^(.*)-imports-no-later-feature$/.exec(name)?.[1] ?? []), 'cli'];
  return order.slice(0, -1).map((feature, position) => {
    const later = order[position + 1] ?? '';
    const rules = [`${feature}-imports-no-later-feature`, ...(later === 'supervision' ? ['nobody-imports-supervision'] : [])];
    return [`src/${feature}/upward.service.ts`, `src/${later}/shown.service.ts`, rules];
  });
}

function sourceOf([from, to, , how]: Case): string {
  const path = /^(?:src|test|migrations)\//.test(to) ? `./${relative(dirname(from), to)}`.replace(/\.ts$/, '') : to;
  if (to === '') return 'export const thing = 1;\n';
  return how === 'type' ? `import type { thing } from '${path}';\nexport type Thing = typeof thing;\n` : `import { thing } from '${path}';\nexport const use = thing;\n`;
}

function writeFixture(root: string, cases: readonly Case[]): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('package.json', JSON.stringify({ dependencies: { '@nestjs/common': '1' }, devDependencies: { 'development-package': '1' } }));
  write('tsconfig.json', JSON.stringify({ compilerOptions: { module: 'nodenext' } }));
  for (const name of ['@nestjs/common', 'development-package', 'undeclared-package']) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'main.js' }));
    write(`node_modules/${name}/main.js`, 'exports.thing = 1;\n');
  }
  for (const path of [...LEAVES, ...upwardCases().map(([, to]) => to)]) write(path, `import { day } from 'node:crypto';\nexport const thing = day;\n`);
  for (const one of cases) write(one[0], sourceOf(one));
}

/** The rules that each file breaks. */
function cruise(root: string): Map<string, string[]> {
  const command = [join(project, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'), '--config', join(project, '.dependency-cruiser.cjs'),
    '--output-type', 'json', 'src', 'migrations'];
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (stdout === '') throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string; severity: string } }[] } };
  const found = new Map<string, string[]>();
  for (const { from, rule } of summary.violations) {
    expect(rule.severity).toBe('error');
    found.set(from, [...new Set([...(found.get(from) ?? []), rule.name])].sort());
  }
  return found;
}

describe('import boundaries', () => {
  const cases = [...BROKEN, ...FINE, ...upwardCases()];
  let found = new Map<string, string[]>();

  beforeAll(() => {
    const root = mkdtempSync(join(tmpdir(), 'ledger-boundaries-'));
    try {
      writeFixture(root, cases);
      found = cruise(root);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it.each(cases.map(([from, to, rules]) => ({ from, to: to || 'nothing', rules })))('$from imports $to: $rules', ({ from, rules }) => {
    expect(found.get(from) ?? []).toEqual([...rules].sort());
  });

  it('has a case that breaks each rule', () => {
    expect([...new Set(cases.flatMap(([, , rules]) => rules))].sort()).toEqual(forbidden.map(({ name }) => name).sort());
  });
});
