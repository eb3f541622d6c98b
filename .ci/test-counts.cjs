'use strict';
const { writeFileSync } = require('node:fs');

/** Jest reporter that writes "passed failed" into a file. A test file that does not even load counts as one failure, and so does a skipped test. */
module.exports = class TestCounts {
  constructor(_globalConfig, { file }) {
    this.file = file;
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests, numTodoTests }) {
    writeFileSync(this.file, `${numPassedTests} ${numFailedTests + numRuntimeErrorTestSuites + numPendingTests + numTodoTests}\n`);
  }
};
