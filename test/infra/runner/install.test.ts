import { afterAll, beforeAll, expect, it } from 'vitest';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Guard, startGuard } from '../../../infra/runner/guard.ts';
import { install } from '../../../infra/runner/install.ts';
import { LogBuffer } from '../../../infra/runner/log-buffer.ts';

let folder: string;
let guard: Guard;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'install-'));
  guard = startGuard();
});
afterAll(async () => {
  await guard.end();
  await rm(folder, { recursive: true, force: true });
});

/** Installs with an `npm` that does as the script says. */
async function installWith(script: string, signal = new AbortController().signal) {
  const bin = await mkdtemp(join(folder, 'bin-'));
  await writeFile(join(bin, 'npm'), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, 'npm'), 0o755);
  const env = { PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) };
  const launch = { command: 'npx', args: ['-y', '@scope/server@1.0.0', '--port', '1'], env };
  return install({ launch, installEnvironment: env, scripts: false, folder, guard, log: new LogBuffer(), signal });
}

it('starts the program of the package itself, with its arguments', async () => {
  const made = `mkdir -p node_modules/@scope/server
    echo '{"version": "1.0.0", "bin": {"serve": "./cli.js"}}' > node_modules/@scope/server/package.json`;
  const { command, args, env } = await installWith(made);
  expect(command.startsWith(folder)).toBe(true);
  expect(command.endsWith(join('node_modules', '.bin', 'serve'))).toBe(true);
  expect(args).toEqual(['--port', '1']);
  expect(env['PATH']?.startsWith(join(command, '..'))).toBe(true);
});

it("shows npm none of the server's values, and lets no install script run unless that is wanted", async () => {
  const seen = join(folder, 'seen');
  const bin = await mkdtemp(join(folder, 'bin-'));
  await writeFile(join(bin, 'npm'), `#!/bin/sh\nenv > ${seen}; echo "$@" >> ${seen}; exit 1\n`);
  await chmod(join(bin, 'npm'), 0o755);
  const installEnvironment = { PATH: [bin, process.env['PATH'] ?? ''].join(delimiter) };
  const launch = { command: 'npx', args: ['-y', 'x'], env: { ...installEnvironment, MY_SECRET: 'hunter2' } };
  const run = async (scripts: boolean): Promise<string> => {
    const signal = new AbortController().signal;
    await expect(
      install({ launch, installEnvironment, scripts, folder, guard, log: new LogBuffer(), signal }),
    ).rejects.toThrow();
    return readFile(seen, 'utf8');
  };
  expect(await run(false)).toContain('--ignore-scripts');
  expect(await run(true)).not.toContain('--ignore-scripts');
  expect(await run(true)).not.toContain('hunter2');
});

it.each([
  ['npm error code E404', 'does not exist in the registry'],
  ['npm error code ETARGET', 'has no such version'],
  ['npm error code EBADENGINE', 'does not run on this version of Node'],
  ['npm error code ENOTFOUND', 'the registry of @scope/server@1.0.0 cannot be reached'],
  ['npm error code SELF_SIGNED_CERT_IN_CHAIN', 'shows a certificate that is not trusted'],
  ['something else', 'could not be installed'],
])('says of "%s": %s', async (said, reason) => {
  await expect(installWith(`echo '${said}' >&2; exit 1`)).rejects.toThrow(reason);
});

it('is broken off with the runner', async () => {
  const stopping = new AbortController();
  const installing = installWith('sleep 60', stopping.signal);
  setTimeout(() => stopping.abort(), 100);
  await expect(installing).rejects.toThrow('could not be installed');
});

it('leaves other commands as they are', async () => {
  const launch = { command: 'uvx', args: ['mcp-server-time'], env: {} };
  const { signal } = new AbortController();
  const options = { launch, installEnvironment: {}, scripts: false, folder, guard, log: new LogBuffer(), signal };
  expect(await install(options)).toBe(launch);
});
