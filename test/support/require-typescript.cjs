'use strict';
// Lets a child process of a test run a TypeScript file of this project as it stands: node --require ./test/support/require-typescript.cjs file.ts
// (Jest compiles only what runs inside Jest, and dist/ need not exist during tests.)
const { readFileSync } = require('node:fs');
const ts = require('typescript');

const options = { ...ts.readConfigFile('tsconfig.json', ts.sys.readFile).config.compilerOptions, module: 'commonjs', moduleResolution: 'node10', inlineSourceMap: true, sourceMap: false };
const compilerOptions = ts.convertCompilerOptionsFromJson(options, process.cwd()).options;

require.extensions['.ts'] = (module, fileName) => {
  module._compile(ts.transpileModule(readFileSync(fileName, 'utf8'), { fileName, compilerOptions }).outputText, fileName);
};
