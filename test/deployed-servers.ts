import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { runningBase } from '../infra/local/state.ts';
import { runProgram } from '../infra/program.ts';

const program = {
  name: 'servers',
  about:
    'Deploys real servers from npm on the platform that runs here, one after the other, lists and calls their tools with the official client, and prints what each took as a table. The start is from the request to deploy until it runs, the installation of the package included.',
  args: '[part-of-a-package-name …]',
} as const;

interface RealServer {
  readonly package: string;
  readonly args?: readonly string[];
  /** As in `resources.memory`; some packages take more to install than to run. */
  readonly memory?: string;
  readonly call: readonly [tool: string, args: Record<string, unknown>];
}

const thought = { thought: 'one', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 };
const servers: readonly RealServer[] = [
  { package: '@modelcontextprotocol/server-everything', call: ['echo', { message: 'hello' }] },
  { package: '@modelcontextprotocol/server-memory', call: ['read_graph', {}] },
  { package: '@modelcontextprotocol/server-filesystem', args: ['/tmp'], call: ['list_allowed_directories', {}] },
  { package: '@modelcontextprotocol/server-sequential-thinking', call: ['sequentialthinking', thought] },
  { package: '@anaisbetts/mcp-installer@0.5.0', call: ['install_repo_mcp_server', { name: '/nowhere' }] },
  { package: '@openbnb/mcp-server-airbnb@0.3.0', call: ['airbnb_search', { location: 'Basel' }] },
  { package: '@liuyoshio/mcp-compass@1.0.7', call: ['recommend-mcp-servers', { query: 'weather' }] },
  { package: '@mobilenext/mobile-mcp@1.0.4', call: ['mobile_list_available_devices', { noParams: {} }] },
  { package: 'mongodb-mcp-server@3.0.4', memory: '2Gi', call: ['list-knowledge-sources', {}] },
  { package: 'edgeone-pages-mcp@0.0.16', call: ['deploy_html', { value: '<p>hello</p>' }] },
];

type Json = Record<string, unknown>;

const name = `servers-${Date.now().toString(36)}`;
let base = '';
let token = '';

async function call(method: string, path: string, body?: object): Promise<Json> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== '' && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Json;
}

async function deploy(toolId: string, memory = '512Mi'): Promise<{ view: Json; ms: number }> {
  const startedAt = performance.now();
  const { deployment_id } = await call('POST', '/api/v1/deployments', {
    tool_id: toolId,
    config: { resources: { memory } },
  });
  for (;;) {
    const view = await call('GET', `/api/v1/deployments/${String(deployment_id)}`);
    if (view['status'] === 'running') return { view, ms: performance.now() - startedAt };
    if (view['status'] === 'failed') throw new Error(JSON.stringify(view['last_error']));
    await sleep(50);
  }
}

async function use(view: Json, [tool, args]: RealServer['call']): Promise<{ tools: number; ms: number; said: string }> {
  const client = new Client({ name: 'servers', version: '1.0.0' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(String(view['endpoint_url'])), { requestInit }));
  const { tools } = await client.listTools();
  const startedAt = performance.now();
  // Away from the network some tools fail, by a result or by an error: the server was called all the same.
  const result = await client
    .callTool({ name: tool, arguments: args })
    .catch((error: Error) => ({ isError: true, content: [{ type: 'text', text: error.message }] }));
  const ms = performance.now() - startedAt;
  await client.close();
  const said = JSON.stringify(result.content).slice(0, 60);
  return { tools: tools.length, ms, said: result.isError === true ? `(tool error) ${said}` : said };
}

async function tryServer(server: RealServer): Promise<string> {
  const { slug, id } = await call('POST', '/api/v1/mcps', {
    name: server.package,
    slug: `${name}-${server.package.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '')}`,
    version: '1.0.0',
    config: { servers: [{ name: 'server', command: 'npx', args: ['-y', server.package, ...(server.args ?? [])] }] },
  });
  const cold = await deploy(String(id), server.memory);
  const used = await use(cold.view, server.call);
  const { memory_mb } = await call('GET', `/api/v1/deployments/${String(cold.view['deployment_id'])}`);
  await call('DELETE', `/api/v1/deployments/${String(cold.view['deployment_id'])}`);
  await call('DELETE', `/api/v1/mcps/${String(slug)}?force=true`);
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  const figures = [used.tools, seconds(cold.ms), Math.round(Number(memory_mb)), used.ms.toFixed(0)];
  return `| \`${server.package}\` | ${figures.join(' | ')} | \`${server.call[0]}\` → ${used.said} |`;
}

await runProgram(program, async ({ args: only }) => {
  base = runningBase();
  const account = { username: name, password: `Servers-${name}-1a` };
  await call('POST', '/api/v1/auth/register', { ...account, email: `${name}@example.org` });
  token = String((await call('POST', '/api/v1/auth/login', account))['access_token']);
  console.log('| package | tools | start s | memory MB | call ms | called |\n|---|---|---|---|---|---|');
  for (const server of servers.filter(
    (each) => only.length === 0 || only.some((part) => each.package.includes(part)),
  )) {
    try {
      console.log(await tryServer(server));
    } catch (error) {
      process.exitCode = 1;
      console.log(`| \`${server.package}\` | ${(error as Error).message.slice(0, 500)} |`);
    }
  }
});
