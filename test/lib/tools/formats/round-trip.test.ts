import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../../lib/tools/check-config.ts';
import { type Server, ToolConfig } from '../../../../lib/tools/config.ts';
import type { DraftTool } from '../../../../lib/tools/formats/draft.ts';
import { readDrafts } from '../../../../lib/tools/formats/read-drafts.ts';
import { readServerJson } from '../../../../lib/tools/formats/read-server-json.ts';
import { clients, writeMcpServers } from '../../../../lib/launch/clients/write-file.ts';
import { writeServerJson } from '../../../../lib/tools/formats/write-server-json.ts';

const base = 'https://mcp.example.org';
const kept = (draft: DraftTool) => ({ ...draft, config: ToolConfig.parse(draft.config) });
const throughServerJson = (json: Record<string, unknown>) => writeServerJson(kept(readServerJson(json)), base);
const writeVscodeFile = (servers: readonly Server[]) =>
  clients.find(({ format }) => format === 'vscode')?.write(servers);
const serversOf = (file: Record<string, unknown>) =>
  readDrafts(file).drafts.flatMap((draft) => kept(draft).config.servers);

describe('server.json', () => {
  const whole = {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: 'io.github.acme/weather',
    title: 'Acme Weather',
    description: 'Forecasts for any place on earth.',
    repository: { url: 'https://github.com/acme/weather', source: 'github', id: '1', subfolder: 'server' },
    version: '2024.11.5-beta.1',
    websiteUrl: 'https://acme.example/weather',
    icons: [{ src: 'https://acme.example/icon.png', mimeType: 'image/png', sizes: ['48x48'], theme: 'dark' }],
    packages: [
      {
        registryType: 'npm',
        registryBaseUrl: 'https://registry.npmjs.org',
        identifier: '@acme/weather',
        version: '1.0.2',
        fileSha256: 'a'.repeat(64),
        runtimeHint: 'npx',
        transport: { type: 'streamable-http', url: 'http://127.0.0.1:{PORT}/mcp' },
        runtimeArguments: [
          { type: 'named', name: '--node-options', value: '{opts}', variables: { opts: { default: '' } } },
        ],
        packageArguments: [
          { type: 'positional', valueHint: 'city', isRequired: true, isRepeated: true, choices: ['a', 'b'] },
          { type: 'named', name: '--unit', default: 'c', format: 'string', placeholder: 'c or f' },
        ],
        environmentVariables: [{ name: 'WEATHER_KEY', description: 'The key', isRequired: true, isSecret: true }],
      },
      { registryType: 'oci', identifier: 'ghcr.io/acme/weather:1.0.2', transport: { type: 'stdio' } },
      { registryType: 'nuget', identifier: 'Acme.Weather', version: '1.0.2', transport: { type: 'stdio' } },
    ],
    remotes: [
      {
        type: 'streamable-http',
        url: 'https://{tenant}.acme.example/mcp',
        variables: { tenant: { description: 'Your name', isRequired: true } },
        headers: [{ name: 'X-Key', value: 'Bearer {key}', isSecret: true, variables: { key: { isRequired: true } } }],
      },
      { type: 'sse', url: 'https://acme.example/sse' },
    ],
    _meta: { 'io.modelcontextprotocol.registry/publisher-provided': { tool: 'publisher', anything: [1, null] } },
  };

  it('comes back as it was, whatever the format can say', () => {
    expect(throughServerJson(whole)).toEqual(whole);
  });

  it('becomes servers that can be launched, with variables where something is asked', () => {
    const { config, slug, name, version } = kept(readServerJson(whole));
    expect({ slug, name, version }).toEqual({ slug: 'weather', name: 'Acme Weather', version: '2024.11.5-beta.1' });
    expect(checkConfig(config, { ALLOWED_COMMANDS: [], ALLOW_PRIVATE_ADDRESSES: false })).toEqual([]);
    expect(config.servers).toMatchObject([
      { name: 'weather', package: { registry_type: 'npm', identifier: '@acme/weather', version: '1.0.2' } },
      { name: 'weather-2', package: { registry_type: 'oci', identifier: 'ghcr.io/acme/weather:1.0.2' } },
      {
        name: 'weather-3',
        url: 'https://${tenant}.acme.example/mcp',
        headers: { 'X-Key': 'Bearer ${key}' },
        transport: 'streamable-http',
      },
      { name: 'weather-4', url: 'https://acme.example/sse', transport: 'sse' },
    ]);
  });

  it('shows what was changed here, and leaves the rest', () => {
    const draft = kept(readServerJson(whole));
    const servers = draft.config.servers.map((server) =>
      server.name === 'weather-4' ? { ...server, url: 'https://new.example/sse' } : server,
    );
    const written = writeServerJson({ ...draft, version: '3.0.0', config: { ...draft.config, servers } }, base);
    expect(written).toEqual({
      ...whole,
      version: '3.0.0',
      remotes: [whole.remotes[0], { type: 'sse', url: 'https://new.example/sse' }],
    });
  });

  it('of schema 2025-07 says the same in other words', () => {
    const old = {
      name: 'io.github.acme/weather',
      description: 'Forecasts.',
      version_detail: { version: '1.2.3', release_date: '2025-05-16T18:56:49Z', is_latest: true },
      packages: [
        {
          registry_name: 'docker',
          name: 'acme/weather',
          version: '1.0',
          package_arguments: [{ type: 'named', name: '--dir /x', value: '--dir /x', is_required: true }],
        },
      ],
      remotes: [{ transport_type: '', url: 'https://acme.example/sse' }],
    };
    expect(throughServerJson(old)).toEqual({
      $schema: whole.$schema,
      name: old.name,
      description: old.description,
      version: '1.2.3',
      packages: [
        {
          registryType: 'oci',
          identifier: 'acme/weather:1.0',
          transport: { type: 'stdio' },
          packageArguments: [{ type: 'named', name: '--dir', value: '/x', isRequired: true }],
        },
      ],
      remotes: [{ type: 'sse', url: 'https://acme.example/sse' }],
    });
  });

  it('keeps what it has no place for under a name of its own, and finds it again', () => {
    const config = ToolConfig.parse({
      servers: [
        { name: 'own', command: './start.sh', args: ['--x'], env: { A: '${A}' } },
        {
          name: 'packaged',
          command: 'npx',
          args: ['-y', '@acme/weather@1.0.0', '--city', '${CITY:-Bonn}'],
          env: { KEY: '${KEY}' },
        },
      ],
      tools: [{ name: 't', inputSchema: { type: 'object' } }],
      prompts: [{ name: 'p' }],
      resources: [{ name: 'r', uri: 'x://y' }],
    });
    const written = writeServerJson({ slug: 'acme', name: 'Acme', description: '', version: '1.0.0', config }, base);
    expect(written).toMatchObject({
      name: 'org.example.mcp/acme',
      description: 'Acme',
      packages: [
        {
          registryType: 'npm',
          identifier: '@acme/weather',
          version: '1.0.0',
          environmentVariables: [{ name: 'KEY', value: '{KEY}' }],
        },
      ],
    });
    const again = kept(readServerJson(written)).config;
    expect(again.servers).toContainEqual(config.servers[0]);
    expect(again).toMatchObject({ tools: config.tools, prompts: config.prompts, resources: config.resources });
  });
});

describe("clients' files", () => {
  it.each([
    [
      'Claude Desktop',
      { mcpServers: { fs: { command: 'npx', args: ['-y', 'server-fs', '/data'], env: { LOG: 'debug' } } } },
    ],
    [
      'Claude Code',
      {
        mcpServers: {
          api: { type: 'http', url: 'https://x.example/mcp', headers: { Authorization: 'Bearer ${TOKEN:-none}' } },
          old: { type: 'sse', url: 'https://x.example/sse' },
        },
      },
    ],
    [
      'Cursor',
      {
        mcpServers: {
          fs: {
            command: 'node',
            args: ['s.js'],
            env: { K: '${K}' },
            envFile: '.env',
            disabled: true,
            autoApprove: ['a'],
          },
        },
      },
    ],
  ])('of %s come back as they were', (_client, file) => {
    expect(writeMcpServers(serversOf(file))).toEqual(file);
  });

  it('of VS Code come back with their questions', () => {
    const file = {
      inputs: [{ type: 'promptString', id: 'api-key', description: 'Key', password: true }],
      servers: {
        fetch: { type: 'stdio', command: 'uvx', args: ['mcp-server-fetch'], env: { KEY: '${input:api-key}' } },
        far: { type: 'http', url: 'https://x.example/mcp', headers: { 'X-Key': 'k ${input:api-key}' } },
      },
    };
    expect(serversOf(file)[0]).toMatchObject({ command: 'uvx', env: { KEY: '${input:api-key}' } });
    expect(writeVscodeFile(serversOf(file))).toEqual(file);
  });

  it('keep the variables of their editors, and people write numbers', () => {
    expect(
      serversOf({ mcpServers: { a: { command: 'x', env: { A: '${env:HOME}', B: 1, C: true, D: null } } } }),
    ).toEqual([{ name: 'a', command: 'x', env: { A: '${env:HOME}', B: '1', C: 'true' } }]);
  });

  it('get the launch of a package spelled out', () => {
    const { config } = kept(
      readServerJson({
        name: 'io.github.acme/weather',
        version: '1.0.0',
        packages: [
          {
            registryType: 'npm',
            identifier: '@acme/weather',
            version: '1.0.2',
            packageArguments: [
              { type: 'positional', valueHint: 'city' },
              { type: 'named', name: '--unit', default: 'c' },
              { type: 'named', name: '--fast' },
            ],
            environmentVariables: [
              { name: 'KEY', isRequired: true },
              { name: 'LOG', isRequired: false },
            ],
          },
          {
            registryType: 'oci',
            identifier: 'acme/weather:1.0.2',
            environmentVariables: [{ name: 'KEY', isRequired: true }],
          },
        ],
      }),
    );
    expect(writeMcpServers(config.servers)).toEqual({
      mcpServers: {
        weather: {
          command: 'npx',
          args: ['-y', '@acme/weather@1.0.2', '--unit', '${unit:-c}', '--fast'],
          env: { KEY: '${KEY}', LOG: '${LOG:-}' },
        },
        'weather-2': {
          command: 'docker',
          args: ['run', '-i', '--rm', '-e', 'KEY', 'acme/weather:1.0.2'],
          env: { KEY: '${KEY}' },
        },
      },
    });
  });
});
