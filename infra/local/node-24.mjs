// Starts a program of this project on Node 24: `node infra/local/node-24.mjs <file.ts|vitest> [argument …]`.
// `npm run` puts node_modules/.bin first on PATH, and the locked optional dependency for this machine's
// platform links Node 24 there. Where none fits, one line says so instead of a syntax error on line 1 of a .ts file.
import { createRequire, enableCompileCache } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 7)) {
  console.error(
    `This platform runs on Node 24.7 or later; this is Node ${process.versions.node} on ${process.platform}-${process.arch}.\n` +
      'Run it as `npm run …` after `npm ci` (which brings Node 24 for Linux x64/arm64, macOS x64 and Windows x64), ' +
      'or install Node 24 from https://nodejs.org and try again.',
  );
  process.exit(1);
}

// node:sqlite works and is what we use; its experimental notice would be the first thing that a newcomer reads.
const emitWarning = process.emitWarning.bind(process);
process.emitWarning = (warning, ...rest) => {
  const type = typeof rest[0] === 'string' ? rest[0] : rest[0]?.type;
  if (type !== 'ExperimentalWarning') emitWarning(warning, ...rest);
};

// Half of a start is reading and compiling what did not change since the last one; programs that this one starts profit too.
process.env.NODE_COMPILE_CACHE ??= resolve(import.meta.dirname, '../../.local/compile-cache');
enableCompileCache(process.env.NODE_COMPILE_CACHE);

const program = process.argv[2];
if (!program) {
  console.error('usage: node infra/local/node-24.mjs <program> [argument …]');
  process.exit(2);
}
const file =
  program === 'vitest'
    ? createRequire(import.meta.url)
        .resolve('vitest/package.json')
        .replace('package.json', 'vitest.mjs')
    : resolve(program);
process.argv.splice(1, 2, file);
await import(pathToFileURL(file).href);
