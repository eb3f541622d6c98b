'use strict';
// Lets a child process of a test run a TypeScript file of this project as it stands: node --require ./test/support/require-typescript.cjs file.ts
// (Jest compiles only what runs inside Jest, and dist/ need not exist during tests.) What was translated once is kept, by its content: a program of some
// hundred files starts in a third of the time.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const FOLDER = join('node_modules', '.cache', 'require-typescript');
// Whatever decides what comes out of a file, besides its name and content.
const TRANSLATOR = [__filename, 'tsconfig.json', require.resolve('typescript/package.json')].map((file) => readFileSync(file, 'utf8')).join('\0');

let translator;
function translate(fileName, text) {
  if (translator === undefined) {
    const ts = require('typescript');
    const options = { ...ts.readConfigFile('tsconfig.json', ts.sys.readFile).config.compilerOptions, module: 'commonjs', moduleResolution: 'node10', inlineSourceMap: true, sourceMap: false };
    const compilerOptions = ts.convertCompilerOptionsFromJson(options, process.cwd()).options;
    translator = (name, source) => ts.transpileModule(source, { fileName: name, compilerOptions }).outputText;
  }
  return translator(fileName, text);
}

/** Several processes may translate the same file at once: each name appears whole. Whoever may not write here translates each time. */
function keep(file, code) {
  try {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, code);
    renameSync(`${file}.${process.pid}`, file);
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
  }
}

require.extensions['.ts'] = (module, fileName) => {
  const text = readFileSync(fileName, 'utf8');
  const kept = join(FOLDER, createHash('sha256').update([TRANSLATOR, fileName, text].join('\0')).digest('hex'));
  let code;
  try {
    code = readFileSync(kept, 'utf8');
  } catch {
    code = translate(fileName, text);
    keep(kept, code);
  }
  module._compile(code, fileName);
};
