import { expect, it } from 'vitest';
import type { RunnerReport } from '../../../lib/deployments/runner-contract.ts';
import { fixtureLaunch, type RunningOptions, runReplica } from './running-replica.ts';

/* Each waits for a process of its own, so they run beside each other. */

/** Runs a launch to its failure. */
async function fail(launch: object, options: RunningOptions = {}): Promise<RunnerReport> {
  const one = await runReplica({ launch, untilReady: false, ...options });
  try {
    const report = await one.platform.reported(({ state }) => state === 'failed');
    expect(await one.replica.ended).toBe(1);
    return report;
  } finally {
    await one.stop();
  }
}
const node = (script: string) => ({ command: process.execPath, args: ['-e', script] });

it.concurrent('names a package that does not exist', async () => {
  const { last_error } = await fail({ command: 'npx', args: ['-y', 'mcp-platform-has-no-such-package@1.0.0'] });
  expect(last_error?.reason).toBe('the package mcp-platform-has-no-such-package@1.0.0 does not exist in the registry');
  expect(last_error?.log.join('\n')).toContain('404');
});

it.concurrent('names a version that does not exist', async () => {
  const { last_error } = await fail({ command: 'npx', args: ['-y', 'zod@999.0.0'] });
  expect(last_error?.reason).toBe('the package zod@999.0.0 has no such version');
});

it.concurrent('says that a package has nothing to run', async () => {
  const { last_error } = await fail({ command: 'npx', args: ['-y', 'is-number@7.0.0'] });
  expect(last_error?.reason).toBe('the package is-number@7.0.0 has no program to run');
});

it.concurrent('shows the last lines of a command that exits', async () => {
  const { last_error } = await fail(node(`console.error('no database'); console.error('giving up'); process.exit(7)`));
  expect(last_error?.reason).toBe('the server ended with status 7 before it was ready');
  expect(last_error?.log).toEqual(['no database', 'giving up']);
});

it.concurrent('says that a command was not found', async () => {
  const { last_error } = await fail({ command: 'no-such-command-anywhere' });
  expect(last_error?.reason).toBe(
    'the server could not be started: the command no-such-command-anywhere was not found',
  );
});

it.concurrent('says that a folder is missing', async () => {
  const { last_error } = await fail({ ...node('0'), cwd: '/no/such/folder' });
  expect(last_error?.reason).toContain('could not be started');
});

it.concurrent('gives up on a server that never answers, and ends it', async () => {
  const launch = node(`console.error('thinking'); process.stdin.resume(); process.on('SIGTERM', () => {})`);
  const { last_error } = await fail(launch, { timing: { startMs: 3_000 } });
  expect(last_error?.reason).toBe('the server did not answer the handshake within 3 s');
  expect(last_error?.log).toEqual(['thinking']);
});

it.concurrent('quotes what a server prints instead of messages', async () => {
  const launch = node(`console.log('Welcome to my server!'); process.stdin.resume()`);
  const { last_error } = await fail(launch, { timing: { startMs: 3_000 } });
  expect(last_error?.reason).toContain('it printed on standard output: Welcome to my server!');
});

it.concurrent('ends a server that floods standard output', async () => {
  const launch = node(`setInterval(() => console.log('y\\n'.repeat(500)), 1)`);
  const { last_error } = await fail(launch);
  expect(last_error?.reason).toContain('writes to standard output what is not MCP');
});

it.concurrent('ends a server whose line never ends', async () => {
  const launch = node(`const more = () => process.stdout.write('x'.repeat(1e6), more); more()`);
  const { last_error } = await fail(launch);
  expect(last_error?.reason).toContain('it wrote a message of more than 32 MB');
});

it.concurrent('passes on why a server refuses the handshake', async () => {
  const launch = node(`process.stdin.once('data', () => console.log(
    JSON.stringify({ jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'no key was given' } })))`);
  const { last_error } = await fail(launch);
  expect(last_error?.reason).toBe('the server answered initialize with an error: no key was given');
});

it.concurrent('takes a server that prints a greeting and then speaks MCP', async () => {
  const script = `console.log('Server running'); import(process.argv[1])`;
  const args = ['-e', script, '--', ...fixtureLaunch.args];
  const one = await runReplica({ launch: { command: process.execPath, args } });
  const logs = await (await fetch(`${one.url}/logs`, { headers: one.headers })).text();
  await one.stop();
  expect(logs).toContain('"stream":"stdout","text":"Server running"');
});

it.concurrent('shows no secret in what it reports and logs', async () => {
  const secret = 'sk-very-secret-value-1234';
  const { last_error } = await fail({
    ...node(`console.error('key is ' + process.env.API_KEY); process.exit(1)`),
    env: { API_KEY: secret },
  });
  expect(last_error?.log).toEqual(['key is [API_KEY]']);
});
