'use strict';
const { writeFileSync } = require('node:fs');
const { relative } = require('node:path');

/**
 * Jest reporter that writes "passed failed" into a file, and behind it a line for each failure. A test file that does not even load counts as one failure,
 * and so does a skipped test.
 */
module.exports = class TestCounts {
  constructor({ rootDir }, { file }) {
    this.rootDir = rootDir;
    this.file = file;
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests, numTodoTests, testResults }) {
    const failures = testResults.flatMap(({ testFilePath, testExecError, testResults: tests }) => {
      const path = relative(this.rootDir, testFilePath);
      return [...(testExecError ? [`${path} does not run`] : []), ...tests.filter(({ status }) => status !== 'passed').map(({ status, fullName }) => `${path}: ${fullName} (${status})`)];
    });
    writeFileSync(this.file, [`${numPassedTests} ${numFailedTests + numRuntimeErrorTestSuites + numPendingTests + numTodoTests}`, ...failures, ''].join('\n'));
  }
};
