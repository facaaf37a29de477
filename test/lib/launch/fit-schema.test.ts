import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitServerJson, misfitsOf } from '../../../lib/launch/fit-schema.ts';
import { definitions } from '../../../lib/launch/server-schema.ts';
import { currentServerJson } from '../../../lib/tools/formats/server-json.ts';
import { realServers } from './real-servers.ts';
import { runs } from '../../runs.ts';

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
/** What is checked against is the vendored schema, by a validator that is not ours. */
const isValid = ajv.compile({ definitions, $ref: '#/definitions/ServerDetail' });

const base = { name: 'io.github.acme/x', description: 'd', version: '1.0.0' };
const npm = { registryType: 'npm', identifier: 'x', transport: { type: 'stdio' } };

describe('a document', () => {
  it.each([
    [{}],
    [
      {
        packages: [npm],
        remotes: [{ type: 'sse', url: 'https://e.example/sse', headers: [{ name: 'A', value: 'b' }] }],
      },
    ],
    [
      {
        packages: [
          {
            ...npm,
            packageArguments: [
              { type: 'positional', valueHint: 'path' },
              { type: 'named', name: '--x' },
            ],
          },
        ],
      },
    ],
    [{ remotes: [{ type: 'streamable-http', url: 'https://{a}.example', variables: { a: { default: 'b' } } }] }],
  ])('that keeps the schema comes out as it went in: %j', (more) => {
    const document = { ...base, ...more };
    expect(misfitsOf(document)).toEqual([]);
    expect(fitServerJson(document)).toEqual(document);
    expect(isValid(document)).toBe(true);
  });

  it.each([
    ['description', { description: 'y'.repeat(150) }, { description: `${'y'.repeat(99)}…` }],
    ['repository', { repository: {} }, {}],
    ['websiteUrl', { websiteUrl: 'not a url' }, {}],
    ['websiteUrl', { websiteUrl: 'javascript:alert(1)' }, {}],
    [
      'icons',
      { icons: [{ src: 'https://e.example/i.png', sizes: '48x48' }] },
      { icons: [{ src: 'https://e.example/i.png' }] },
    ],
    ['packages', { packages: [{ ...npm, version: 'latest' }] }, { packages: [npm] }],
    [
      'packages',
      { packages: [{ ...npm, environmentVariables: [{ TRANSPORT: 'stdio' }] }] },
      { packages: [{ ...npm, environmentVariables: [] }] },
    ],
    [
      'packages',
      { packages: [{ ...npm, environmentVariables: [{ name: 'N', default: 5 }] }] },
      { packages: [{ ...npm, environmentVariables: [{ name: 'N', default: '5' }] }] },
    ],
    ['remotes', { remotes: [{ type: 'websocket', url: 'wss://e.example' }] }, { remotes: [] }],
  ])('whose %s does not is cut to what does', (member, more, fitted) => {
    const document = { ...base, ...more };
    expect(misfitsOf(document).map(({ path }) => path[0])).toContain(member);
    expect(fitServerJson(document)).toEqual({ ...base, ...fitted });
  });

  it('without a name, a description or a version is none', () => {
    expect(fitServerJson({ ...base, version: undefined })).toBeUndefined();
    expect(fitServerJson({ ...base, name: 'no namespace' })).toBeUndefined();
  });
});

const junk = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('latest', 'https://e.example', 'javascript:x', 'stdio', 'sse', 'named'),
);
const memberNames = [...new Set(JSON.stringify(definitions).match(/"[a-zA-Z$_]+":/g) ?? [])].map((name) =>
  name.slice(1, -2),
);
const anything = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    junk,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...memberNames), tie('value'), { maxKeys: 5 }),
  ),
})).value;

function expectFit(document: Record<string, unknown>): void {
  const fitted = fitServerJson(document);
  if (fitted !== undefined) expect(isValid(fitted), JSON.stringify([fitted, isValid.errors])).toBe(true);
  if (misfitsOf(document).length === 0) expect(isValid(document), JSON.stringify(isValid.errors)).toBe(true);
}

it('whatever is in it, what is left of it keeps the schema, and faults are found where the other validator finds some', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...memberNames), anything, { maxKeys: 8 }), (extra) =>
      expectFit({ ...base, ...extra }),
    ),
    { numRuns: runs(200) },
  );
});

describe.skipIf(realServers.length === 0)(`${realServers.length || 'no'} real servers`, () => {
  it('are judged as the other validator judges them', () => {
    for (const server of realServers) {
      const document = currentServerJson(server);
      expect(misfitsOf(document).length === 0).toBe(isValid(document));
    }
  });
});
