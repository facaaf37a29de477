import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Input, ServerEntry } from '../../../lib/launch/model.ts';
import { readLaunch } from '../../../lib/launch/read-launch.ts';
import { resolve } from '../../../lib/launch/resolve.ts';
import { writeEntry } from '../../../lib/launch/write-entry.ts';
import { readServerJson } from '../../../lib/tools/formats/read-server-json.ts';
import { realServers, realServersFile } from './real-servers.ts';
import { runs } from '../../runs.ts';

/** What is started when everything is answered that the launch asks for. */
function startedWithAnswers(server: ServerEntry, asking: ServerEntry, described: readonly Input[]) {
  const asked = readLaunch(asking).inputs.filter(({ otherwise }) => otherwise === undefined);
  // Flat files know no choices; who answers them does.
  const choices = new Map(described.map((each) => [each.name, each.choices?.[0]]));
  const answers = Object.fromEntries(asked.map(({ name }) => [name, choices.get(name) ?? `the ${name}`]));
  const { resolved, bad } = resolve(readLaunch(server), answers);
  return { resolved, bad: bad.map(({ input, why }) => [input.name, why]) };
}

function expectSameStart(server: ServerEntry): void {
  const exported = { name: 'x', ...writeEntry(server) };
  const { inputs } = readLaunch(server);
  expect(startedWithAnswers(exported, exported, inputs)).toEqual(startedWithAnswers(server, exported, inputs));
}

describe.skipIf(realServers.length === 0)(`${realServers.length || 'no'} real servers (${realServersFile})`, () => {
  it('start with the same command when they are exported and read back as when they are deployed', () => {
    const servers = realServers.flatMap((description) => readServerJson(description).config.servers);
    expect(servers.length).toBeGreaterThanOrEqual(realServers.length);
    for (const server of servers) expectSameStart(server);
  });
});

const word = fc.stringMatching(/^[A-Za-z][\w-]{0,8}$/);
const text = fc.oneof(
  word,
  fc.constantFrom('{a} {b}', '{"a":"{b}"}', 'http://{host}:80', '{user-name}', '', '$HOME', '{', '}'),
);
const input = fc.record(
  {
    value: text,
    default: fc.oneof(text, fc.integer(), fc.boolean()),
    isRequired: fc.boolean(),
    isSecret: fc.boolean(),
    choices: fc.array(word, { minLength: 1, maxLength: 3 }),
    variables: fc.dictionary(
      fc.constantFrom('a', 'b', 'host', 'user-name'),
      fc.record({ default: word, value: word, isRequired: fc.boolean() }, { requiredKeys: [] }),
    ),
  },
  { requiredKeys: [] },
);
const argument = fc.oneof(
  word,
  fc.tuple(input, fc.record({ type: fc.constant('positional'), valueHint: word })).map(([a, b]) => ({ ...a, ...b })),
  fc
    .tuple(input, fc.record({ type: fc.constant('named'), name: word.map((name) => `--${name}`) }))
    .map(([a, b]) => ({ ...a, ...b })),
);
const generated = fc.record(
  {
    registry_type: fc.constantFrom('npm', 'pypi'),
    identifier: word,
    version: fc.constantFrom('1.0.0', '2.1.0-beta.1'),
    registry_base_url: fc.constantFrom('https://registry.npmjs.org', 'https://pkg.acme.example'),
    runtime_arguments: fc.array(argument, { maxLength: 2 }),
    package_arguments: fc.array(argument, { maxLength: 3 }),
    environment_variables: fc.array(
      fc.tuple(input, fc.record({ name: fc.constantFrom('A', 'B', 'KEY', 'a') })).map(([a, b]) => ({ ...a, ...b })),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ['registry_type', 'identifier'] },
);

it('generated packages start with the same command when they are exported as when they are deployed', () => {
  fc.assert(
    fc.property(generated, (described) => expectSameStart({ name: 'x', package: described })),
    { numRuns: runs(100) },
  );
});
