import * as fc from 'fast-check';
import { parse as parseToml, stringify as writeToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml, stringify as writeYaml } from 'yaml';
import { readFile } from '../../../lib/launch/clients/read-file.ts';
import { type Client, clients } from '../../../lib/launch/clients/write-file.ts';
import type { JsonObject } from '../../../lib/launch/json.ts';
import type { Input, ServerEntry } from '../../../lib/launch/model.ts';
import { readLaunch } from '../../../lib/launch/read-launch.ts';
import { resolve } from '../../../lib/launch/resolve.ts';
import { readServerJson } from '../../../lib/tools/formats/read-server-json.ts';
import { realServers } from './real-servers.ts';
import { runs } from '../../runs.ts';

const serversOf = (file: unknown) => readFile(file as JsonObject).servers.map(({ server }) => server);

describe('a file', () => {
  const stdio = { name: 'a', command: 'npx', args: ['-y', 'x'], env: { K: '${K}' } };
  it.each<[string, unknown, unknown]>([
    [
      'Claude Code, with projects',
      { projects: { '/p': { mcpServers: { a: { type: 'stdio', command: 'npx' } } } } },
      { name: 'a', type: 'stdio', command: 'npx' },
    ],
    ["VS Code's settings", { mcp: { servers: { a: { command: 'npx' } } } }, { name: 'a', command: 'npx' }],
    [
      'Windsurf',
      { mcpServers: { a: { serverUrl: 'https://e.example' } } },
      { name: 'a', url: 'https://e.example', spelling: { url: 'serverUrl', type: null } },
    ],
    [
      'Gemini',
      { mcpServers: { a: { httpUrl: 'https://e.example', trust: true } } },
      {
        name: 'a',
        url: 'https://e.example',
        transport: 'streamable-http',
        trust: true,
        spelling: { url: 'httpUrl', type: null },
      },
    ],
    [
      'Cline',
      { mcpServers: { a: { type: 'streamableHttp', url: 'https://e.example' } } },
      { name: 'a', url: 'https://e.example', transport: 'streamable-http', spelling: { type: 'streamableHttp' } },
    ],
    [
      'Zed',
      { context_servers: { a: { source: 'custom', command: { path: 'npx', args: ['-y', 'x'], env: { K: '${K}' } } } } },
      { ...stdio, source: 'custom' },
    ],
    [
      'opencode',
      { mcp: { a: { type: 'local', command: ['npx', '-y', 'x'], environment: { K: '{env:K}' }, enabled: true } } },
      { ...stdio, enabled: true },
    ],
    [
      'Continue',
      { name: 'n', mcpServers: [{ name: 'a', command: 'npx', args: ['-y', 'x'], env: { K: '${{ secrets.K }}' } }] },
      stdio,
    ],
    [
      'Goose',
      {
        extensions: {
          dev: { type: 'builtin' },
          a: { type: 'stdio', cmd: 'npx', args: ['-y', 'x'], env_keys: ['K'], timeout: 300 },
        },
      },
      { ...stdio, type: 'stdio', timeout: 300 },
    ],
    ['Codex', { model: 'm', mcp_servers: { a: { command: 'npx', args: ['-y', 'x'], env_vars: ['K'] } } }, stdio],
    [
      'Codex, remote',
      {
        mcp_servers: {
          a: {
            url: 'https://e.example',
            bearer_token_env_var: 'T',
            env_http_headers: { 'X-Org': 'ORG' },
            http_headers: { A: 'b' },
          },
        },
      },
      {
        name: 'a',
        url: 'https://e.example',
        headers: { A: 'b', 'X-Org': '${ORG}', Authorization: 'Bearer ${T}' },
        spelling: { type: null },
      },
    ],
    ['no client: a map of servers', { a: { command: 'npx' } }, { name: 'a', command: 'npx' }],
    ['no client: one server', { command: 'npx' }, { name: 'server', command: 'npx' }],
    [
      'an author, for MCPB',
      {
        manifest_version: '0.2',
        name: 'a',
        version: '1.2.0',
        user_config: { key: { type: 'string', required: true }, dir: { type: 'directory', default: '/srv' } },
        server: {
          type: 'node',
          entry_point: 's.js',
          mcp_config: {
            command: 'node',
            args: ['${__dirname}/s.js', '${user_config.dir}'],
            env: { K: '${user_config.key}' },
          },
        },
      },
      { name: 'a', command: 'node', args: ['${__dirname}/s.js', '${dir:-/srv}'], env: { K: '${key}' } },
    ],
    [
      'an author, for Smithery',
      {
        startCommand: {
          type: 'stdio',
          configSchema: {
            type: 'object',
            required: ['apiKey'],
            properties: { apiKey: { type: 'string' }, mode: { type: 'string', default: 'fast' } },
          },
          commandFunction:
            "(config) => ({ command: 'node', args: ['dist/index.js', config.mode], env: { API_KEY: config.apiKey } })",
        },
      },
      { name: 'server', command: 'node', args: ['dist/index.js', '${mode:-fast}'], env: { API_KEY: '${apiKey}' } },
    ],
    [
      "Docker's catalog",
      { name: 'a', image: 'mcp/a', type: 'server', config: { secrets: [{ name: 'a.token', env: 'TOKEN' }] } },
      {
        name: 'a',
        package: {
          registry_type: 'oci',
          identifier: 'mcp/a',
          environment_variables: [{ name: 'TOKEN', is_required: true, is_secret: true }],
        },
      },
    ],
  ])('of %s is read', (_who, file, server) => {
    expect(serversOf(file)).toEqual([server]);
  });

  it('says which of its members describe no server', () => {
    const { left } = readFile({ mcpServers: { a: { command: 'x' } }, theme: 'dark', permissions: {} });
    expect(left).toEqual([['theme'], ['permissions']]);
  });
});

/** The file as its client has it, through its own syntax. */
function through({ syntax, write }: Client, server: ServerEntry): ServerEntry[] {
  const file = JSON.parse(JSON.stringify(write([server]))) as JsonObject;
  if (syntax === 'json') return serversOf(file);
  return serversOf(syntax === 'yaml' ? parseYaml(writeYaml(file)) : parseToml(writeToml(file)));
}

function started(server: ServerEntry, asking: ServerEntry, described: readonly Input[]) {
  const choices = new Map(described.map((input) => [input.name, input.choices?.[0]]));
  const asked = readLaunch(asking).inputs.filter(({ otherwise }) => otherwise === undefined || otherwise === '');
  const answers = Object.fromEntries(asked.map(({ name }) => [name, choices.get(name) ?? `the ${name}`]));
  const { resolved, bad } = resolve(readLaunch(server), answers);
  // A file may name the variables in another order.
  return { resolved, bad: bad.map(({ input }) => input.name).toSorted() };
}

/** Claude Desktop starts commands alone: what is remote comes back as mcp-remote. */
const canKeep = ({ format }: Client, server: ServerEntry): boolean =>
  format !== 'claude-desktop' ||
  (readLaunch(server).kind === 'command' && (readLaunch(server) as { servesHttp?: string }).servesHttp === undefined);

function expectSame(client: Client, server: ServerEntry): void {
  const launch = readLaunch(server);
  if (!canKeep(client, server) || (launch.kind === 'command' && launch.servesHttp !== undefined)) return;
  const [again, ...more] = through(client, server);
  expect(more).toEqual([]);
  expect(again?.['name']).toEqual(server['name']);
  const back = again ?? {};
  expect(started(back, back, launch.inputs), JSON.stringify([client.format, server, back])).toEqual(
    started(server, back, launch.inputs),
  );
  if (launch.kind === 'remote') expect(readLaunch(back)).toMatchObject({ transport: launch.transport });
}

describe.each(clients.map((client) => [client.format, client] as const))('%s', (_, client) => {
  it.skipIf(realServers.length === 0)(
    `starts ${realServers.length || 'no'} real servers as they were, when its file is read back`,
    () => {
      for (const server of realServers.flatMap((each) => readServerJson(each).config.servers))
        expectSame(client, server);
    },
  );

  it('starts generated servers as they were, when its file is read back', () => {
    const word = fc.stringMatching(/^[A-Za-z][\w-]{0,8}$/);
    const text = fc.oneof(
      word,
      fc.constantFrom(
        '${A}',
        '${B:-b}',
        'Bearer ${T}',
        '${env:E}',
        'x ${A} y ${C:-}',
        '',
        'a b',
        '{x}',
        '$HOME',
        '日本',
      ),
    );
    const texts = fc.dictionary(fc.constantFrom('A', 'K', 'X-Key', 'Authorization', 'T'), text, { maxKeys: 3 });
    const variables = fc.dictionary(fc.constantFrom('A', 'K', 'URL', 'T'), text, { maxKeys: 3 });
    const generated = fc.oneof(
      fc.record(
        { name: word, command: word, args: fc.array(text, { maxLength: 4 }), env: variables },
        { requiredKeys: ['name', 'command'] },
      ),
      fc.record(
        {
          name: word,
          url: fc.constantFrom('https://e.example/mcp', 'https://${HOST}/mcp'),
          headers: texts,
          transport: fc.constantFrom('sse', 'streamable-http'),
        },
        { requiredKeys: ['name', 'url'] },
      ),
    );
    fc.assert(
      fc.property(generated, (server) => expectSame(client, server)),
      { numRuns: runs(40) },
    );
  });
});

describe('what came in unchanged', () => {
  it('goes out of mcp.json as it came, and VS Code asks its own questions again', () => {
    const file = {
      mcpServers: {
        a: { serverUrl: 'https://e.example', headers: { A: '${env:A}' } },
        b: { type: 'sse', url: 'https://e.example' },
        c: { url: 'https://e.example' },
        d: { command: 'x', env: {}, disabled: true },
      },
    };
    expect(clients.find(({ format }) => format === 'mcp.json')?.write(serversOf(file))).toEqual(file);
  });
});

it('gives VS Code no more of them than a file can hold', () => {
  const server = { name: 'a', command: 'x', args: ['${A}'.repeat(20_000)], env: { A: 'y'.repeat(60_000) } };
  const file = clients.find(({ format }) => format === 'vscode')?.write([server]);
  expect(JSON.stringify(file).length).toBeLessThan(400_000);
});

it('gives VS Code a variable of the entry as its text, since VS Code fills in none of them', () => {
  const env = { BASE: 'https://e.example', KEY: 'Bearer ${KEY}', A: '${BASE}/a ${KEY}', B: '${A}' };
  const file = clients.find(({ format }) => format === 'vscode')?.write([{ name: 'a', command: 'x', env }]);
  expect(file).toMatchObject({
    servers: {
      a: {
        env: {
          BASE: 'https://e.example',
          KEY: 'Bearer ${input:KEY}',
          A: 'https://e.example/a Bearer ${input:KEY}',
          // What leads through two of them stays as it was written.
          B: '${A}',
        },
      },
    },
  });
});
