import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Client } from './client.ts';
import { aboutCredentials, lastLine, lastParagraph, type Ran, runCommand, shortened } from './run-command.ts';
import { startModel } from './stand-in-model.ts';

const installMs = 300_000;
const stepMs = 60_000;

/** What a client made of an endpoint. */
export interface Outcome {
  readonly connected: boolean;
  /** undefined where only a model makes it list and call. */
  readonly listed: boolean | undefined;
  readonly called: boolean | undefined;
  /** undefined: each call is a new program, so there is nothing that could survive. */
  readonly survived: boolean | undefined;
  /** What the person reads whose key is wrong. */
  readonly wrongKey: string;
  readonly error?: string;
}

export interface Endpoint {
  readonly slug: string;
  /** The deployment's blocks, as they are printed. */
  readonly connect: Readonly<Record<string, string>>;
  readonly key: string;
  readonly restart: () => Promise<void>;
}

const env = { CI: '1', BROWSER: 'none' };
const run = (
  cwd: string,
  line: string,
  ms: number,
  onLine?: (line: string, reply: (text: string) => void) => Promise<void>,
): Promise<Ran> => runCommand(line, { cwd, ms, env, ...(onLine && { onLine }) });

/** In the client's folder: connects, lists, calls, waits for a line, calls again. */
const program = `
import { connect } from './client.mjs';
import { readFileSync } from 'node:fs';
const say = (step, value) => console.log('@' + JSON.stringify({ step, value }));
const reasonOf = (error) => [error?.message ?? String(error), ...(error?.cause ? [reasonOf(error.cause)] : [])].join(': ');
try {
  const client = await connect(JSON.parse(readFileSync('block.json', 'utf8')));
  say('list', await client.list());
  say('call', await client.call('echo', { message: 'hello' }));
  process.stdin.resume();
  await new Promise((resolve) => process.stdin.once('data', resolve));
  say('again', await client.call('echo', { message: 'again' }));
  await client.close();
} catch (error) {
  say('error', reasonOf(error));
}
process.exit(0);
`;

/** Installs a client in a folder of its own, drives it against the endpoint, and removes it. */
export async function drive(client: Client, endpoint: Endpoint): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-client-'));
  try {
    await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}');
    const install = `npm install --prefer-offline --no-audit --no-fund --loglevel=error ${client.packages.join(' ')}`;
    const installed = await run(folder, install, installMs);
    if (installed.status !== 0) return failed(`not installed: ${lastLine(installed.output)}`);
    const blockWith = (key: string) => (endpoint.connect[client.block] ?? '').replaceAll('YOUR_API_KEY', key);
    return 'module' in client.kind
      ? await driveModule(folder, client.kind.module, blockWith, endpoint)
      : await driveCommands(folder, client.kind, blockWith, endpoint);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

async function driveModule(
  folder: string,
  module: string,
  blockWith: (key: string) => string,
  { slug, key, restart }: Endpoint,
): Promise<Outcome> {
  await writeFile(join(folder, 'client.mjs'), module);
  await writeFile(join(folder, 'program.mjs'), program);
  const steps = async (withKey: string, between?: () => Promise<void>) => {
    const { mcpServers } = JSON.parse(blockWith(withKey)) as { mcpServers: Record<string, unknown> };
    await writeFile(join(folder, 'block.json'), JSON.stringify(mcpServers[slug]));
    const said = new Map<string, unknown>();
    const { output } = await run(folder, 'node program.mjs', between ? 3 * stepMs : stepMs, async (line, reply) => {
      if (!line.startsWith('@')) return;
      const { step, value } = JSON.parse(line.slice(1)) as { step: string; value: unknown };
      said.set(step, value);
      if (step === 'call' && between) reply(await between().then(() => 'go\n'));
      else if (step === 'call') reply('go\n');
    });
    return { said, output };
  };
  const { said } = await steps(key, restart);
  const wrong = await steps('mcp_live_wrong');
  return {
    connected: said.has('list'),
    listed: JSON.stringify(said.get('list') ?? '').includes('echo'),
    called: JSON.stringify(said.get('call') ?? '').includes('hello'),
    survived: JSON.stringify(said.get('again') ?? '').includes('again'),
    wrongKey: shortened(wrong.said.get('error') ?? (lastLine(wrong.output) || '(nothing: it waits for a sign-in)')),
    ...(said.has('error') && { error: shortened(said.get('error')) }),
  };
}

async function driveCommands(
  folder: string,
  kind: Exclude<Client['kind'], { readonly module: string }>,
  blockWith: (key: string) => string,
  { slug, key, restart }: Endpoint,
): Promise<Outcome> {
  const paste = async (withKey: string): Promise<string> => {
    const block = blockWith(withKey);
    if (kind.file !== undefined) {
      await mkdir(dirname(join(folder, kind.file)), { recursive: true });
      await writeFile(join(folder, kind.file), block);
    }
    return block;
  };
  const { connected = /\becho\b/, list, call, ask } = kind;
  const runWith = (block: string, command?: (block: string, slug: string) => string): Promise<Ran> | undefined =>
    command && run(folder, command(block, slug), stepMs);
  const block = await paste(key);
  const listed = await runWith(block, list);
  const called = await runWith(block, call);
  const asked = ask && (await askModel(folder, ask, slug, restart));
  const isCalled = asked ? asked.results[0]?.includes('hello') === true : called?.output.includes('hello') === true;
  const isConnected = listed ? connected.test(stripVTControlCharacters(listed.output)) : isCalled;
  const wrongBlock = await paste('mcp_live_wrong');
  const wrong = await runWith(wrongBlock, list);
  const wrongKey = wrong
    ? lastParagraph(wrong.output)
    : aboutCredentials((ask && (await askModel(folder, ask, slug, () => Promise.resolve())))?.output ?? '');
  return {
    connected: isConnected,
    listed: asked ? isCalled : listed?.output.includes('echo'),
    called: isCalled,
    survived: asked ? asked.results[1]?.includes('again') === true : undefined,
    wrongKey: shortened(wrongKey || '(nothing)'),
    ...(!(isConnected && isCalled) && {
      error: shortened(`${asked?.output ?? called?.output ?? ''} ${listed?.output ?? ''}`),
    }),
  };
}

/** Lets the client's model call the tool, and once more after a restart. */
async function askModel(
  folder: string,
  ask: (slug: string, url: string) => string,
  slug: string,
  restart: () => Promise<void>,
): Promise<{ readonly results: readonly string[]; readonly output: string }> {
  const model = await startModel(restart);
  try {
    const { output } = await run(folder, ask(slug, model.url), 3 * stepMs);
    return { results: model.results, output };
  } finally {
    await model.stop();
  }
}

function failed(error: string): Outcome {
  return { connected: false, listed: undefined, called: undefined, survived: undefined, wrongKey: '', error };
}
