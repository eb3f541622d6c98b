'use strict';

/** @type {import('jest').Config} */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testEnvironment: 'node',
  testRegex: '.*\\.(spec|e2e-spec)\\.ts$',
  // The browser of the registry is made for one kind of processor.
  testPathIgnorePatterns: ['/node_modules/', ...(process.arch === 'x64' || process.env.BROWSER_PATH ? [] : ['<rootDir>/test/browser/'])],
  moduleFileExtensions: ['ts', 'js', 'json'],
  // isolatedModules in tsconfig.json makes this a mere translation; types are checked once, by npm run typecheck.
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.json' }] },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // Nothing takes long unless it is broken; the machine may be busy.
  testTimeout: 60_000,
  maxWorkers: 2,
  // .ci/run wants the counts without changing the command that the README names.
  reporters: process.env.TEST_COUNTS_FILE ? ['default', ['<rootDir>/.ci/test-counts.cjs', { file: process.env.TEST_COUNTS_FILE }]] : ['default'],
};
