import tseslint from 'typescript-eslint';

const NO_HTTP_EXCEPTION = {
  selector: 'NewExpression[callee.name=/^(Http|BadRequest|Unauthorized|Forbidden|NotFound|Conflict|UnprocessableEntity|PreconditionFailed|InternalServerError)Exception$/]',
  message: 'Throw a Problem of the catalogue: it has a stable code and two languages.',
};
const NO_SKIPPED_TEST = [
  {
    selector: 'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo|failing)$/]',
    message: 'A test runs, always and with all others, or it is deleted.',
  },
  {
    selector: 'CallExpression[callee.name=/^(fdescribe|fit|xdescribe|xit|xtest)$/]',
    message: 'A test runs, always and with all others, or it is deleted.',
  },
];
const NO_DEFAULT_EXPORT = { selector: 'ExportDefaultDeclaration', message: 'Export by name: a thing has one name everywhere.' };
const NO_CLOCK = [
  { selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]', message: 'The time is an argument; it is read in src/platform/clock.ts only.' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'The time is an argument; it is read in src/platform/clock.ts only.' },
  { selector: 'CallExpression[callee.name="Date"]', message: 'The time is an argument; it is read in src/platform/clock.ts only.' },
  { selector: 'MemberExpression[object.name="Temporal"][property.name="Now"]', message: 'The time is an argument; it is read in src/platform/clock.ts only.' },
];
const NO_NEST_SHORTCUT = [
  { selector: 'Decorator[expression.callee.name="InjectRepository"]', message: 'A store is given the EntityManager of the transaction.' },
  { selector: 'Identifier[name="forwardRef"]', message: 'Two modules that need each other are one, or miss a third.' },
  { selector: 'MemberExpression[object.name="Scope"][property.name=/^(REQUEST|TRANSIENT)$/]', message: 'The actor and the transaction are arguments, not providers of a request.' },
];

const EVERYWHERE = [NO_DEFAULT_EXPORT, ...NO_SKIPPED_TEST];
const IN_SRC = [...EVERYWHERE, NO_HTTP_EXCEPTION, ...NO_NEST_SHORTCUT];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.data/', 'node_modules/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      // Says nothing in files with decorators, whose types Nest needs at run time.
      '@typescript-eslint/consistent-type-imports': ['error', { prefer: 'type-imports', fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      'no-restricted-syntax': ['error', ...EVERYWHERE],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...IN_SRC, ...NO_CLOCK],
      'max-lines': ['error', { max: 400 }],
    },
  },
  { files: ['src/platform/clock.ts'], rules: { 'no-restricted-syntax': ['error', ...IN_SRC] } },
  // A measurement is read on a terminal.
  { files: ['bench/**/*.ts'], rules: { 'no-console': 'off' } },
  // TypeORM's command line and Jest look for the default export.
  { files: ['src/data-source.ts'], rules: { 'no-restricted-syntax': ['error', NO_HTTP_EXCEPTION, ...NO_NEST_SHORTCUT, ...NO_CLOCK] } },
  { files: ['test/support/global-*.ts'], rules: { 'no-restricted-syntax': ['error', ...NO_SKIPPED_TEST] } },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/platform/**', 'src/*.ts', '**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', {
        paths: [{ name: 'typeorm', importNames: ['DataSource', 'getRepository'], message: 'Transactions and reads go through platform/db.' }],
      }],
    },
  },
);
