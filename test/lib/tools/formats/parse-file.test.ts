import * as fc from 'fast-check';
import { stringify as stringifyToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { stringify as stringifyYaml } from 'yaml';
import { parseFile } from '../../../../lib/tools/formats/parse-file.ts';
import { runs } from '../../../runs.ts';

type Path = readonly (string | number)[];

/** Every place in a value, with what stands there. */
function placesIn(value: unknown, at: Path = []): { readonly path: Path; readonly value: unknown }[] {
  const members =
    typeof value !== 'object' || value === null
      ? []
      : Array.isArray(value)
        ? value.map((each, index) => [index, each] as const)
        : Object.entries(value);
  return [{ path: at, value }, ...members.flatMap(([key, each]) => placesIn(each, [...at, key]))];
}

const name = fc.stringMatching(/^[a-zA-Zäß][\w-]{0,11}$/);
const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((each) => !/\p{Cc}/u.test(each));
const entry = fc.record({
  command: name,
  args: fc.array(text, { maxLength: 3 }),
  env: fc.dictionary(name, text, { maxKeys: 3 }),
});
const files = fc.record({ mcpServers: fc.dictionary(name, entry, { minKeys: 1, maxKeys: 4 }) });

const syntaxes = [
  {
    syntax: 'JSON with comments',
    type: 'application/json',
    write: (file: object) => `// mine\n${JSON.stringify(file, null, 2).replaceAll(/"\n(\s*[}\]])/g, '",\n$1')}`,
  },
  { syntax: 'YAML', type: 'application/yaml', write: (file: object) => stringifyYaml(file) },
  { syntax: 'TOML', type: 'application/toml', write: (file: object) => stringifyToml(file) },
];

describe.each(syntaxes)('a file in $syntax', ({ syntax, type, write }) => {
  it('is read as it was written, and every place in it has a line and a column of the text that was sent', () => {
    fc.assert(
      fc.property(files, (file) => {
        const sent = write(file);
        const lines = sent.split('\n');
        const { value, positionOf } = parseFile(sent, type);
        expect(value).toEqual(file);
        for (const { path } of placesIn(value).filter((place) => place.path.length > 0)) {
          const { line = 0, column = 0 } = positionOf(path) ?? {};
          const there = lines[line - 1]?.slice(column - 1);
          // Unicode's other spaces are text.
          expect(there, `${path.join('/')} at ${line}:${column} of\n${sent}`).toMatch(/[^ \t\r]/);
        }
      }),
      { numRuns: runs(50) },
    );
  });

  it('leads to the line of the member that is meant', () => {
    const file = { mcpServers: { first: { command: 'a' }, second: { command: 'b', env: { KEY: 'c' } } } };
    const sent = write(file);
    const { positionOf } = parseFile(sent, type);
    const at = positionOf(['mcpServers', 'second', 'env', 'KEY']);
    expect(sent.split('\n')[Number(at?.line) - 1], syntax).toMatch(/KEY|c/);
    // A place that is not in the file is told by the nearest one that is.
    expect(positionOf(['mcpServers', 'second', 'env', 'OTHER'])).toBeDefined();
  });
});

it.each([
  ['application/json', '{\n  "a": 1,\n  "b": ]\n}', 'JSON', 3],
  ['application/yaml', 'a: 1\nb: [1\nc: 2\n', 'YAML', 3],
  ['application/toml', 'a = 1\nb = \n', 'TOML', 2],
])('text in %s that cannot be read is refused with line and column', (type, sent, syntax, line) => {
  expect(() => parseFile(sent, type)).toThrow(
    expect.objectContaining({
      type: 'invalid-request',
      message: expect.stringContaining(`not valid ${syntax}: line ${line}`) as unknown,
    }) as Error,
  );
});

it('places are found in time that grows with the file, not with its square', () => {
  const env = Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`KEY_${index}`, '${input:']));
  const sent = JSON.stringify({ mcpServers: { a: { command: 'x', env } } }, null, 1);
  const { positionOf } = parseFile(sent, 'application/json');
  const { user } = process.cpuUsage();
  const lines = Object.keys(env).map((key) => positionOf(['mcpServers', 'a', 'env', key])?.line);
  expect(process.cpuUsage({ user, system: 0 }).user).toBeLessThan(2_000_000);
  expect(new Set(lines).size).toBe(4000);
});
