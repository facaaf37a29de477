import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Client } from './client.ts';
import { type Driver, withInstalled } from './driver.ts';
import { libraries } from './libraries.ts';
import { type Deployed, plain } from './platform.ts';
import { programs } from './programs.ts';
import { aboutCredentials, lastLine, lastParagraph, type Ran, runCommand, shortened } from './run-command.ts';
import { startModel } from './stand-in-model.ts';

const stepMs = 60_000;

/** What a client made of an endpoint. */
interface Outcome {
  readonly connected: boolean;
  readonly listed: boolean;
  readonly called: boolean;
  /** undefined: each call is a new program, so there is nothing that could survive. */
  readonly survived: boolean | undefined;
  /** What the person reads whose key is wrong. */
  readonly wrongKey: string;
  readonly error: string;
}

type Endpoint = Pick<Deployed, 'slug' | 'key' | 'restart'>;

/** Pastes the deployment's blocks, and lets the clients list, call, meet a restart and a wrong key. */
export function pasting(deployed: Deployed): Driver<Client> {
  const clients = [...libraries, ...programs];
  const columns = [
    'client',
    'version',
    'pasted',
    'connects',
    'lists',
    'calls',
    'calls again after a restart',
    'says of a wrong key',
  ];
  return {
    clients,
    table: { name: 'clients', columns, order: clients.map(({ name }) => name) },
    drive: (client) =>
      withInstalled(client.packages, async (folder) => {
        const { kind, block } = client;
        const blockWith = (key: string) => (deployed.connect[block] ?? '').replaceAll('YOUR_API_KEY', key);
        const { connected, listed, called, survived, wrongKey, error } =
          'module' in kind
            ? await driveModule(folder, kind.module, blockWith, deployed)
            : await driveCommands(folder, kind, blockWith, deployed);
        return { cells: [`\`${block}\``, connected, listed, called, survived, plain(wrongKey, deployed)], error };
      }),
    stop: () => Promise.resolve(),
  };
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
  const reason = wrong.said.get('error');
  return {
    connected: said.has('list'),
    listed: JSON.stringify(said.get('list') ?? '').includes('echo'),
    called: JSON.stringify(said.get('call') ?? '').includes('hello'),
    survived: JSON.stringify(said.get('again') ?? '').includes('again'),
    wrongKey: typeof reason === 'string' ? reason : lastLine(wrong.output),
    error: shortened(said.get('error') ?? ''),
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
      const text = kind.more ? JSON.stringify({ ...kind.more(slug), ...(JSON.parse(block) as object) }) : block;
      await writeFile(join(folder, kind.file), text);
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
    listed: asked ? isCalled : listed?.output.includes('echo') === true,
    called: isCalled,
    survived: asked ? asked.results[1]?.includes('again') === true : undefined,
    wrongKey,
    error: isConnected && isCalled ? '' : shortened(`${asked?.output ?? called?.output ?? ''} ${listed?.output ?? ''}`),
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
