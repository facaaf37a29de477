import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import * as z from 'zod';
import { runProgram } from '../program.ts';
import { runningBase } from './state.ts';

const program = {
  name: 'tour',
  about:
    'The main job against a running platform, step by step: a user, a server from npm, its deployment, an official MCP client on it. Ends with 1 at the first step that is not as promised.',
  options: { url: { value: '<url>', about: 'A platform elsewhere, such as https://mcp.example.com.' } },
} as const;

const packageName = '@modelcontextprotocol/server-everything';
const waitMs = 120_000;

const Deployment = z.looseObject({
  deployment_id: z.string(),
  status: z.string(),
  phase: z.string(),
  endpoint_url: z.string(),
});
const Running = Deployment.extend({
  connect: z.object({ claude_code: z.string(), inspector: z.string() }).loose(),
  server_info: z.looseObject({ name: z.string(), version: z.string() }).nullable(),
  tools: z.array(z.object({ name: z.string() })).nullable(),
  memory_mb: z.number().nullable(),
  last_error: z.looseObject({ reason: z.string(), log: z.array(z.string()) }).nullable(),
  metrics: z.object({ requests_total: z.number(), avg_response_time_ms: z.number().nullable() }).loose(),
});

let base = '';
let token: string | undefined;

async function call<S extends z.ZodType>(method: string, path: string, schema: S, body?: object): Promise<z.output<S>> {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return schema.parse(JSON.parse(text));
}

async function tour(): Promise<void> {
  say(`The main job, at ${base}\n`);
  const name = `tour-${randomBytes(3).toString('hex')}`;
  const password = `Tour-${randomBytes(9).toString('base64url')}-1a`;

  await step('Register', async () => {
    await call('POST', '/api/v1/auth/register', z.looseObject({ id: z.string() }), {
      username: name,
      email: `${name}@example.org`,
      password,
    });
    const session = await call('POST', '/api/v1/auth/login', z.looseObject({ access_token: z.string() }), {
      username: name,
      password,
    });
    token = session.access_token;
    return `${name}, logged in`;
  });

  const tool = await step(
    'Import',
    async () => {
      const file = { mcpServers: { [name]: { command: 'npx', args: ['-y', packageName] } } };
      const Imported = z.looseObject({ tools: z.array(z.looseObject({ id: z.string(), slug: z.string() })).min(1) });
      const { tools } = await call('POST', '/api/v1/mcps/import', Imported, file);
      return tools[0] ?? fail('nothing was imported');
    },
    ({ slug }) => `${packageName} is the tool ${slug}`,
  );

  const { deployment_id: id } = await step(
    'Deploy',
    () => call('POST', '/api/v1/deployments', Deployment, { tool_id: tool.id }),
    ({ endpoint_url }) => `at ${endpoint_url}`,
  );

  const running = await step(
    'Wait',
    () => untilRunning(id),
    ({ server_info, tools, memory_mb }) =>
      `${server_info?.name ?? '?'} ${server_info?.version ?? ''}: ${tools?.length ?? 0} tools, ${Math.round(memory_mb ?? 0)} MB`,
  );

  const key = await step(
    'Connect',
    async () => {
      const made = await call('POST', '/api/v1/auth/api-keys', z.looseObject({ key: z.string() }), {
        name: 'tour',
        scopes: ['mcp:call'],
        servers: [tool.slug],
      });
      return made.key;
    },
    () => 'an API key for this server; to paste:',
  );
  for (const line of [running.connect.claude_code, running.connect.inspector]) say(`      ${line}`);

  await step('Call', async () => {
    const client = new Client({ name: 'tour', version: '1.0.0' });
    await client.connect(
      new StreamableHTTPClientTransport(new URL(running.endpoint_url), {
        requestInit: { headers: { 'X-API-Key': key } },
      }),
    );
    const { tools } = await client.listTools();
    const result = await client.callTool({ name: 'echo', arguments: { message: 'hello from the tour' } });
    await client.close();
    const said = JSON.stringify(result.content);
    if (!said.includes('hello from the tour')) fail(`echo answered ${said}`);
    return `@modelcontextprotocol/client lists ${tools.length} tools; echo answers ${said}`;
  });

  await step('Refuse', async () => {
    const response = await fetch(running.endpoint_url, { method: 'POST', body: '{}' });
    await response.text();
    if (response.status !== 401) fail(`without a key the answer was ${response.status}`);
    return `without a key: 401, ${response.headers.get('www-authenticate') ?? ''}`;
  });

  await step('Count', async () => {
    const { metrics } = await untilCounted(id);
    return `${metrics.requests_total} calls, ${metrics.avg_response_time_ms ?? '?'} ms on average`;
  });

  await step('Stop', async () => {
    const { stopped_at } = await call('DELETE', `/api/v1/deployments/${id}`, z.looseObject({ stopped_at: z.string() }));
    await call('DELETE', `/api/v1/mcps/${tool.id}`, z.looseObject({ id: z.string() }));
    return `stopped at ${stopped_at}, the tool deleted`;
  });
  say('\nAll as promised.');
}

async function untilRunning(id: string): Promise<z.output<typeof Running>> {
  let phase = '';
  for (const startedAt = performance.now(); performance.now() - startedAt < waitMs; await sleep(100)) {
    const now = await call('GET', `/api/v1/deployments/${id}`, Running);
    if (now.phase !== phase) say(`      ${seconds(startedAt)}  ${now.phase}`);
    phase = now.phase;
    if (now.status === 'running') return now;
    if (now.status === 'failed') fail([now.last_error?.reason, ...(now.last_error?.log ?? [])].join('\n'));
  }
  return fail(`not running after ${waitMs / 1000} s`);
}

async function untilCounted(id: string): Promise<z.output<typeof Running>> {
  for (const deadline = performance.now() + 5_000; performance.now() < deadline; await sleep(100)) {
    const now = await call('GET', `/api/v1/deployments/${id}`, Running);
    if (now.metrics.requests_total > 0) return now;
  }
  return fail('no call was counted');
}

let steps = 0;

async function step<T>(name: string, work: () => Promise<T>, describe: (result: T) => string = String): Promise<T> {
  steps += 1;
  const startedAt = performance.now();
  if (name === 'Wait') say(`${String(steps).padStart(2)}. Wait`);
  const result = await work();
  say(
    `${name === 'Wait' ? '   ' : `${String(steps).padStart(2)}.`} ${name.padEnd(9)} ${describe(result)}  (${seconds(startedAt)})`,
  );
  return result;
}

function seconds(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(2)} s`;
}

function fail(why: string): never {
  throw new Error(why);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await runProgram(program, async ({ options: { url } }) => {
  base = url?.replace(/\/+$/, '') ?? runningBase();
  try {
    await tour();
  } catch (error) {
    throw new Error(`\nNot as promised: ${(error as Error).message}`, { cause: error });
  }
});
