import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runningBase } from '../../infra/local/state.ts';
import { runProgram } from '../../infra/program.ts';
import { libraries } from './libraries.ts';
import { programs } from './programs.ts';
import { drive, type Endpoint, type Outcome } from './drive.ts';

const program = {
  name: 'clients',
  about:
    "Installs MCP clients from npm, each in a folder of its own, pastes what the deployment's `connect` prints, and lets each list, call, meet a restart and a wrong key on the platform that runs here.",
  args: '[part-of-a-name …]',
  options: { write: { about: 'Puts the rows into the table of functions/mcp/README.md.' } },
} as const;

let base = '';
const readme = fileURLToPath(new URL('../../functions/mcp/README.md', import.meta.url));
const server = fileURLToPath(new URL('../functions/deployments/fixture-server.mjs', import.meta.url));
const name = `clients-${randomBytes(4).toString('hex')}`;
let token: string | undefined;

type Json = Record<string, unknown>;

async function call(method: string, path: string, body?: object): Promise<Json> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Json;
}

async function untilRunning(id: string): Promise<Json> {
  for (const until = Date.now() + 120_000; Date.now() < until; await sleep(200)) {
    const view = await call('GET', `/api/v1/deployments/${id}`);
    const { replicas } = await call('GET', `/api/v1/deployments/${id}/health`);
    if (view['status'] === 'running' && (replicas as Json[]).length === 1) return view;
  }
  throw new Error('the server did not run within two minutes');
}

const head = [
  '| client | version | pasted | connects | lists | calls | calls again after a restart | says of a wrong key |',
  '|---|---|---|---|---|---|---|---|',
];
const nameIn = (row: string): string => row.split('|')[1]?.trim() ?? '';

/** The document with these rows in its table, in the order of the clients; rows of clients that were not driven stay. */
function withRows(text: string, rows: readonly string[]): string {
  const table = /<!-- clients -->\n([\s\S]*)\n<!-- \/clients -->/.exec(text)?.[1];
  if (table === undefined) throw new Error('functions/mcp/README.md has no place for the table');
  const known = new Map([...table.split('\n').slice(head.length), ...rows].map((row) => [nameIn(row), row]));
  const ordered = [...libraries, ...programs].flatMap(({ name: client }) => known.get(client) ?? []);
  return text.replace(table, () => [...head, ...ordered].join('\n'));
}

const mark = (value: boolean | undefined): string => (value === undefined ? '–' : value ? 'yes' : 'no');

await runProgram(program, async ({ args, options }) => {
  base = runningBase();
  const account = { username: name, password: `Clients-${name}-1a` };
  await call('POST', '/api/v1/auth/register', { ...account, email: `${name}@example.org` });
  token = String((await call('POST', '/api/v1/auth/login', account))['access_token']);
  const { key } = await call('POST', '/api/v1/auth/api-keys', { name });
  const config = { servers: [{ name: 'fixture', command: process.execPath, args: [server] }] };
  const { id } = await call('POST', '/api/v1/mcps', { name, slug: name, version: '1.0.0', status: 'active', config });
  const deploymentId = String((await call('POST', '/api/v1/deployments', { tool_id: id }))['deployment_id']);
  const view = await untilRunning(deploymentId);
  const endpoint: Endpoint = {
    slug: name,
    connect: view['connect'] as Record<string, string>,
    key: String(key),
    restart: async () => {
      await call('POST', `/api/v1/deployments/${deploymentId}/restart`);
      await untilRunning(deploymentId);
    },
  };

  const rows: string[] = [];
  let failures = 0;
  for (const client of [...libraries, ...programs]) {
    if (args.length > 0 && !args.some((part) => client.name.toLowerCase().includes(part.toLowerCase()))) continue;
    const outcome: Outcome = await drive(client, endpoint);
    const { connected, listed, called, survived, wrongKey, error } = outcome;
    if ([connected, listed, called, survived].includes(false)) failures += 1;
    const versions = client.packages[0]?.replace(/^.*@/, '') ?? '';
    const answer = wrongKey.replaceAll('|', '\\|').replaceAll(endpoint.slug, 'SLUG').replaceAll(base, '');
    rows.push(
      `| ${client.name} | ${versions} | \`${client.block}\` | ${mark(connected)} | ${mark(listed)} | ${mark(called)} | ${mark(survived)} | ${answer} |`,
    );
    console.log(`${rows.at(-1) ?? ''}${error === undefined ? '' : `\n  ${error}`}`);
  }
  await call('DELETE', `/api/v1/mcps/${name}?force=true`);
  if (options.write) writeFileSync(readme, withRows(readFileSync(readme, 'utf8'), rows));
  if (failures > 0) process.exitCode = 1;
});
