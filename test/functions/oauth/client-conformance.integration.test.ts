import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { afterFile } from '../../after-file.ts';
import { type App, type Reply, type SignedUp, startApp } from '../../harness.ts';
import { deployed } from '../deployments/deploy.ts';
import { begin, comeBack, wayOut } from './connect.ts';

/*
 * The official suite's scenarios for clients that sign in, with the platform as the client: each is a remote server that a user deploys, connects an account for, and
 * calls. The test is the user and their browser.
 */

/** What the platform is not asked to be, and why. */
const elsewhere = {
  'auth/basic-cimd': "wants the suite's own document as the client's id; where the platform has https it sends its own",
  'auth/2025-03-26-oauth-endpoint-fallback': 'guesses endpoints without metadata, so without knowing of PKCE',
  'auth/client-credentials-jwt': 'a machine without a user',
  'auth/client-credentials-basic': 'a machine without a user',
  'auth/enterprise-managed-authorization': "tokens of a company's own identity provider",
  'auth/wif-jwt-bearer': "tokens of a workload's own identity provider",
  'auth/dpop': 'tokens bound to a key',
  'auth/dpop-nonce': 'tokens bound to a key',
};
/** Is run by itself: its issuer is one of the platform's settings. */
const registered = 'auth/pre-registration';
const suite = fileURLToPath(
  new URL('../../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
);
const client = fileURLToPath(new URL('conformance-client.mjs', import.meta.url));

interface Trial {
  readonly url: string;
  readonly scenario: string;
  readonly version: string;
  readonly context: { readonly issuer?: string; readonly client_id?: string; readonly client_secret?: string };
}

let app: App;
let user: SignedUp;
let trials: string;
/** Whether all scenarios are run. */
let isWhole = false;
/** One after the other: the suite begins them all at once. */
let last: Promise<unknown> = Promise.resolve();
beforeAll(async () => {
  app = await startApp();
  user = await app.signUp();
  const server = createServer((request, response) => {
    const trial = textOf(request).then((text) => JSON.parse(text) as Trial);
    const attempt = last.then(async () => use(await trial));
    last = attempt.catch(() => undefined);
    attempt.then(
      (said) => response.end(said),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  trials = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

/** Deploys the server, and uses it. */
async function use({ url, scenario, version, context }: Trial): Promise<string> {
  if (!scenario.startsWith('auth/') || scenario in elsewhere) throw new Error('not tried');
  const { issuer, ...issued } = context;
  if (issuer !== undefined) {
    if (isWhole) throw new Error('not tried');
    app = await startApp({ env: { OAUTH_ISSUER_CLIENTS: JSON.stringify({ [issuer]: issued }) } });
    user = await app.signUp();
  }
  const { tool } = await deployed(app, user.token, {}, { name: 'far', url });
  try {
    return await callThrough(tool.slug, version);
  } finally {
    await app.call('DELETE', `/api/v1/mcps/${tool.id}?force=true`, { token: user.token });
  }
}

/** Calls, and connects an account wherever an answer leads to that: twice at most, as a person does who is not led on for ever. */
async function callThrough(slug: string, version: string): Promise<string> {
  let said = '';
  for (const _ of [1, 2, 3]) {
    const answers = [await ask(slug, version, 'tools/list'), await callFirst(slug, version)];
    said = answers.map(({ text }) => text).join('\n');
    const link = /http[^"\s]+\/oauth\/connect\/[^"\s]+/.exec(said)?.[0];
    if (link === undefined) return said;
    const { url: out, cookie } = wayOut(await begin(app, slug, user, { search: new URL(link).search }));
    const back = await app.call('GET', await comeBack(out), { headers: { cookie } });
    if (back.status !== 200) throw new Error(back.text);
  }
  return said;
}

const ask = (slug: string, version: string, method: string, params: object = {}) => {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const name = 'name' in params ? { 'mcp-name': String(params.name) } : {};
  const modern: Record<string, string> =
    version === '2026-07-28' ? { 'mcp-protocol-version': version, 'mcp-method': method, ...name } : {};
  return app.call('POST', `/mcp/${slug}/v1`, {
    token: user.token,
    json: { jsonrpc: '2.0', id: 1, method, params: { ...params, ...(version === '2026-07-28' && { _meta }) } },
    headers: { accept: 'application/json, text/event-stream', ...modern },
  });
};

function callFirst(slug: string, version: string): Promise<Reply> {
  return ask(slug, version, 'tools/call', { name: 'test-tool', arguments: {} });
}

it('passes the scenarios for clients that sign in, all but those of flows that the platform does not have', async () => {
  const { passed, failed, output } = await runSuite('--suite', 'all');
  expect(failed, output).toEqual(new Map(Object.keys(elsewhere).map((name) => [name, expect.anything()])));
  expect(passed.length, output).toBeGreaterThanOrEqual(24);
});

it('passes the one for a client that its operator has registered', async () => {
  const { passed, failed, output } = await runSuite('--scenario', registered);
  expect([passed, failed], output).toEqual([[registered], new Map()]);
});

async function runSuite(...which: readonly string[]) {
  isWhole = which.includes('--suite');
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const options = ['--command', `${process.execPath} ${client}`, '-o', folder, '--timeout', '240000'];
  const child = spawn(process.execPath, [suite, 'client', ...which, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ACCOUNT_TRIALS: trials },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  const results = await resultsIn(folder);
  await rm(folder, { recursive: true });
  if (isWhole) results.failed.delete(registered);
  return { ...results, output };
}

/** Each scenario that is about signing in, with what it found wrong. */
async function resultsIn(folder: string): Promise<{ passed: string[]; failed: Map<string, string[]> }> {
  const files = await readdir(join(folder, 'auth'), { recursive: true });
  const failed = new Map<string, string[]>();
  const passed: string[] = [];
  for (const file of files.filter((each) => each.endsWith('checks.json'))) {
    const name = `auth/${file.replace(/-\d{4}-\d{2}-\d{2}T.*$/, '')}`;
    const checks = JSON.parse(await readFile(join(folder, 'auth', file), 'utf8')) as Record<string, unknown>[];
    const wrong = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
    if (wrong.length === 0) passed.push(name);
    else
      failed.set(
        name,
        wrong.map(({ id, description }) => `${String(id)}: ${String(description)}`),
      );
  }
  return { passed, failed };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
