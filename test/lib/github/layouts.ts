/* Repository layouts as authors have them, and what each server's launch and variables really are. */

export interface Layout {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** `npm:name`, `pypi:name`, `oci:image`, a URL, or undefined: nothing can be started. */
  readonly launch: string | undefined;
  readonly variables?: readonly string[];
}

const block = (server: object, member = 'mcpServers') =>
  `\`\`\`json\n${JSON.stringify({ [member]: { weather: server } }, null, 2)}\n\`\`\``;
const npx = (name: string, env?: object, ...args: string[]) => ({
  command: 'npx',
  args: ['-y', name, ...args],
  ...(env && { env }),
});
const uvx = (name: string, env?: object, ...args: string[]) => ({
  command: 'uvx',
  args: [name, ...args],
  ...(env && { env }),
});
const npm = (name: string, more: object = {}) =>
  JSON.stringify({ name, version: '1.2.3', bin: { [name.split('/').at(-1) ?? name]: 'dist/index.js' }, ...more });
const pypi = (name: string, program = name) =>
  `[project]\nname = "${name}"\nversion = "0.4.0"\ndescription = "Weather."\n\n[project.scripts]\n${program} = "pkg:main"\n`;
const server = (packages: object[]) =>
  JSON.stringify({ name: 'io.github.acme/weather', description: 'Weather.', version: '1.0.0', packages });

export const layouts: readonly Layout[] = [
  {
    name: 'server.json of npm',
    files: {
      'server.json': server([
        {
          registryType: 'npm',
          identifier: '@acme/weather',
          version: '1.0.0',
          transport: { type: 'stdio' },
          environmentVariables: [{ name: 'WEATHER_KEY', isRequired: true }],
        },
      ]),
    },
    launch: 'npm:@acme/weather',
    variables: ['WEATHER_KEY'],
  },
  {
    name: 'server.json of PyPI beside a package.json',
    files: {
      'server.json': server([
        { registryType: 'pypi', identifier: 'acme-weather', version: '1.0.0', transport: { type: 'stdio' } },
      ]),
      'package.json': npm('docs-site', { private: true }),
    },
    launch: 'pypi:acme-weather',
  },
  {
    name: 'server.json of a remote',
    files: {
      'server.json': JSON.stringify({
        name: 'io.github.acme/weather',
        description: 'W',
        version: '1.0.0',
        remotes: [{ type: 'streamable-http', url: 'https://mcp.acme.example/mcp' }],
      }),
    },
    launch: 'https://mcp.acme.example/mcp',
  },
  {
    name: 'package.json with bin, README block',
    files: {
      'package.json': npm('@acme/weather-mcp'),
      'README.md': `# W\n\n${block(npx('@acme/weather-mcp', { WEATHER_KEY: 'your-key' }))}`,
    },
    launch: 'npm:@acme/weather-mcp',
    variables: ['WEATHER_KEY'],
  },
  {
    name: 'the block pins latest',
    files: { 'package.json': npm('weather-mcp'), 'README.md': block(npx('weather-mcp@latest')) },
    launch: 'npm:weather-mcp',
  },
  {
    name: 'the block names a version',
    files: { 'package.json': npm('weather-mcp'), 'README.md': block(npx('weather-mcp@1.0.0')) },
    launch: 'npm:weather-mcp',
  },
  {
    name: 'README of VS Code',
    files: {
      'package.json': npm('weather-mcp'),
      'README.md': block(npx('weather-mcp', { API_KEY: '${input:api-key}' }), 'servers'),
    },
    launch: 'npm:weather-mcp',
    variables: ['API_KEY'],
  },
  {
    name: 'a block without outer braces',
    files: {
      'package.json': npm('weather-mcp'),
      'README.md':
        '```json\n"mcpServers": {\n  "weather": { "command": "npx", "args": ["-y", "weather-mcp"] },\n  ...\n}\n```',
    },
    launch: 'npm:weather-mcp',
  },
  {
    name: 'a block with comments and a trailing comma',
    files: {
      'package.json': npm('weather-mcp'),
      'README.md':
        '```jsonc\n{\n  // Claude\n  "mcpServers": { "w": { "command": "npx", "args": ["weather-mcp"], }, },\n}\n```',
    },
    launch: 'npm:weather-mcp',
  },
  {
    name: 'cmd /c of Windows',
    files: {
      'package.json': npm('weather-mcp'),
      'README.md': block({ command: 'cmd', args: ['/c', 'npx', '-y', 'weather-mcp'] }),
    },
    launch: 'npm:weather-mcp',
  },
  {
    name: 'pyproject with scripts, uvx',
    files: {
      'pyproject.toml': pypi('acme-weather'),
      'README.md': block(uvx('acme-weather', { WEATHER_KEY: '<YOUR KEY>', WEATHER_UNITS: 'metric' })),
    },
    launch: 'pypi:acme-weather',
    variables: ['WEATHER_KEY', 'WEATHER_UNITS'],
  },
  {
    name: 'PyPI writes the name otherwise',
    files: { 'pyproject.toml': pypi('Acme_Weather'), 'README.md': block(uvx('acme-weather')) },
    launch: 'pypi:acme-weather',
  },
  {
    name: 'uvx --from',
    files: {
      'pyproject.toml': pypi('acme-weather', 'weather-server'),
      'README.md': block({ command: 'uvx', args: ['--from', 'acme-weather', 'weather-server'] }),
    },
    launch: 'pypi:acme-weather',
  },
  {
    name: 'uv tool run',
    files: {
      'pyproject.toml': pypi('acme-weather'),
      'README.md': block({ command: 'uv', args: ['tool', 'run', 'acme-weather'] }),
    },
    launch: 'pypi:acme-weather',
  },
  {
    name: 'pipx run',
    files: {
      'pyproject.toml': pypi('acme-weather'),
      'README.md': block({ command: 'pipx', args: ['run', 'acme-weather'] }),
    },
    launch: 'pypi:acme-weather',
  },
  {
    name: 'poetry',
    files: {
      'pyproject.toml':
        '[tool.poetry]\nname = "acme-weather"\nversion = "0.1.0"\n[tool.poetry.scripts]\nacme-weather = "pkg:main"\n',
      'README.md': 'Run `uvx acme-weather`.',
    },
    launch: 'pypi:acme-weather',
  },
  {
    name: 'package.json and a command in prose',
    files: { 'package.json': npm('weather-mcp'), 'README.md': 'Start it: `npx -y weather-mcp`. Set `WEATHER_KEY`.' },
    launch: 'npm:weather-mcp',
    variables: ['WEATHER_KEY'],
  },
  { name: 'package.json alone', files: { 'package.json': npm('weather-mcp') }, launch: 'npm:weather-mcp' },
  { name: 'pyproject alone', files: { 'pyproject.toml': pypi('acme-weather') }, launch: 'pypi:acme-weather' },
  {
    name: 'claude mcp add',
    files: {
      'package.json': npm('weather-mcp'),
      'README.md': '```sh\nclaude mcp add weather -e WEATHER_KEY=xxx -- npx -y weather-mcp\n```',
    },
    launch: 'npm:weather-mcp',
    variables: ['WEATHER_KEY'],
  },
  {
    name: 'npx before docker in the README',
    files: {
      'package.json': npm('weather-mcp'),
      Dockerfile: 'FROM node',
      'README.md': `${block({ command: 'docker', args: ['run', '-i', '--rm', '-e', 'WEATHER_KEY', 'acme/weather'] })}\n${block(npx('weather-mcp', { WEATHER_KEY: '' }))}`,
    },
    launch: 'npm:weather-mcp',
    variables: ['WEATHER_KEY'],
  },
  {
    name: 'docker alone',
    files: {
      Dockerfile: 'FROM node',
      'README.md': block({ command: 'docker', args: ['run', '-i', '--rm', 'ghcr.io/acme/weather:latest'] }),
    },
    launch: 'oci:ghcr.io/acme/weather',
  },
  {
    name: 'a remote in the README',
    files: {
      'README.md': block({ url: 'https://weather.acme.example/mcp', headers: { Authorization: 'Bearer YOUR_TOKEN' } }),
    },
    launch: 'https://weather.acme.example/mcp',
  },
  {
    name: 'MCPB manifest beside package.json',
    files: {
      'package.json': npm('weather-mcp'),
      'manifest.json': JSON.stringify({
        manifest_version: '0.2',
        name: 'weather',
        version: '1.0.0',
        description: 'W',
        server: {
          type: 'node',
          entry_point: 'dist/index.js',
          mcp_config: {
            command: 'node',
            args: ['${__dirname}/dist/index.js'],
            env: { WEATHER_KEY: '${user_config.key}' },
          },
        },
        user_config: { key: { type: 'string', required: true } },
      }),
      'README.md': 'npx weather-mcp',
    },
    launch: 'npm:weather-mcp',
  },
  {
    name: 'gemini extension',
    files: {
      'gemini-extension.json': JSON.stringify({
        name: 'weather',
        version: '1.0.0',
        mcpServers: { weather: npx('weather-mcp') },
      }),
      'package.json': npm('weather-mcp'),
    },
    launch: 'npm:weather-mcp',
  },
  {
    name: 'smithery.yaml for the variables',
    files: {
      'package.json': npm('weather-mcp'),
      'smithery.yaml':
        "startCommand:\n  type: stdio\n  configSchema:\n    type: object\n    required: [weatherKey]\n    properties:\n      weatherKey: { type: string }\n  commandFunction: |-\n    (config) => ({ command: 'npx', args: ['-y', 'weather-mcp'], env: { WEATHER_KEY: config.weatherKey } })\n",
    },
    launch: 'npm:weather-mcp',
    variables: ['WEATHER_KEY'],
  },
  {
    name: 'env example',
    files: {
      'package.json': npm('weather-mcp'),
      'README.md': block(npx('weather-mcp')),
      '.env.example': 'WEATHER_KEY=\n# LOG_LEVEL=info\n',
    },
    launch: 'npm:weather-mcp',
    variables: ['WEATHER_KEY', 'LOG_LEVEL'],
  },
  {
    name: "the author's own .mcp.json",
    files: {
      'package.json': npm('weather-mcp'),
      '.mcp.json': JSON.stringify({
        mcpServers: { github: npx('@modelcontextprotocol/server-github'), playwright: npx('@playwright/mcp') },
      }),
    },
    launch: 'npm:weather-mcp',
  },
  {
    name: ".mcp.json alone, of other people's servers",
    files: { '.mcp.json': JSON.stringify({ mcpServers: { playwright: npx('@playwright/mcp') } }) },
    launch: undefined,
  },
  {
    name: 'mcp.json that describes this server',
    files: {
      'package.json': npm('weather-mcp'),
      'mcp.json': JSON.stringify({ mcpServers: { weather: npx('weather-mcp', { WEATHER_KEY: 'your-key' }) } }),
    },
    launch: 'npm:weather-mcp',
    variables: ['WEATHER_KEY'],
  },
  {
    name: 'private package, from a checkout',
    files: {
      'package.json': npm('weather', { private: true }),
      'README.md': block({ command: 'node', args: ['/path/to/weather/dist/index.js'] }),
    },
    launch: undefined,
  },
  {
    name: 'a library',
    files: { 'package.json': JSON.stringify({ name: 'lib', version: '1.0.0', main: 'x.js' }), 'README.md': '# Lib' },
    launch: undefined,
  },
  { name: 'nothing', files: { LICENSE: 'MIT' }, launch: undefined },
  {
    name: 'broken manifests, good README',
    files: { 'package.json': '{', 'README.md': block(npx('weather-mcp')) },
    launch: 'npm:weather-mcp',
  },
  {
    name: 'arguments that the reader fills in',
    files: {
      'package.json': npm('weather-mcp'),
      'README.md': block(npx('weather-mcp', undefined, '--root', '/path/to/allowed/dir')),
    },
    launch: 'npm:weather-mcp',
  },
  {
    name: 'a README full of other servers',
    files: {
      'pyproject.toml': pypi('acme-weather'),
      'README.md': `${block(npx('@modelcontextprotocol/inspector'))}\n${block(uvx('acme-weather'))}`,
    },
    launch: 'pypi:acme-weather',
  },
];
