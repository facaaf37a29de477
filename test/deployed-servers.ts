import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { runningBase } from '../infra/local/state.ts';
import { runProgram } from '../infra/program.ts';
import { type Account, deploy, signIn } from './account.ts';

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

async function use(
  { apiKey }: Account,
  view: Json,
  [tool, args]: RealServer['call'],
): Promise<{ tools: number; ms: number; said: string }> {
  const client = new Client({ name: 'servers', version: '1.0.0' });
  const requestInit = { headers: { 'x-api-key': apiKey } };
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

async function tryServer(account: Account, server: RealServer): Promise<string> {
  const { call } = account;
  const { slug, id } = await call('POST', '/mcps', {
    name: server.package,
    slug: `${name}-${server.package.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '')}`,
    version: '1.0.0',
    config: { servers: [{ name: 'server', command: 'npx', args: ['-y', server.package, ...(server.args ?? [])] }] },
  });
  const startedAt = performance.now();
  const view = await deploy(call, id, { resources: { memory: server.memory ?? '512Mi' } });
  const startMs = performance.now() - startedAt;
  const used = await use(account, view, server.call);
  const path = `/deployments/${String(view['deployment_id'])}`;
  const { memory_mb } = await call('GET', path);
  await call('DELETE', path);
  await call('DELETE', `/mcps/${String(slug)}?force=true`);
  const figures = [used.tools, (startMs / 1000).toFixed(1), Math.round(Number(memory_mb)), used.ms.toFixed(0)];
  return `| \`${server.package}\` | ${figures.join(' | ')} | \`${server.call[0]}\` → ${used.said} |`;
}

await runProgram(program, async ({ args: only }) => {
  const account = await signIn(runningBase(), name);
  console.log('| package | tools | start s | memory MB | call ms | called |\n|---|---|---|---|---|---|');
  for (const server of servers.filter(
    (each) => only.length === 0 || only.some((part) => each.package.includes(part)),
  )) {
    try {
      console.log(await tryServer(account, server));
    } catch (error) {
      process.exitCode = 1;
      console.log(`| \`${server.package}\` | ${(error as Error).message.slice(0, 500)} |`);
    }
  }
});
