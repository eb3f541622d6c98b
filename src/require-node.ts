/** Imported before everything else: what an older Node.js cannot run would end it with a stack and without a reason. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 9)) {
  process.stderr.write(`Node.js 24.9 or newer is needed, this is ${process.versions.node}. "npm start" uses the one that npm has installed: node_modules/.bin/node.\n`);
  process.exit(1);
}
