import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Guard, startGuard } from '../../../infra/runner/guard.ts';
import { install } from '../../../infra/runner/install.ts';
import { readSourceCall } from '../../../infra/runner/install-source.ts';
import { LogBuffer } from '../../../infra/runner/log-buffer.ts';

const sha = 'a'.repeat(40);
const archives = new Map<string, Buffer>();
const server = createServer((request, response) => {
  const archive = archives.get(request.url ?? '');
  response.writeHead(archive ? 200 : 404).end(archive);
});
let folder: string;
let guard: Guard;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-'));
  guard = startGuard();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await guard.end();
  await rm(folder, { recursive: true, force: true });
});

async function served(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(folder, 'repository-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, 'top', path, '..'), { recursive: true });
    await writeFile(join(root, 'top', path), text);
  }
  await promisify(execFile)('tar', ['-czf', join(root, 'a.tar.gz'), '-C', root, 'top']);
  archives.set(`/${name}/tarball/${sha}`, await readFile(join(root, 'a.tar.gz')));
  return `${url}/${name}/tarball/${sha}`;
}
function installed(command: string, args: readonly string[]) {
  const env = { PATH: process.env['PATH'] ?? '' };
  const { signal } = new AbortController();
  const log = new LogBuffer();
  return install({
    launch: { command, args, env },
    installEnvironment: env,
    scripts: true,
    folder,
    guard,
    log,
    signal,
  });
}

describe('code at one commit', () => {
  it('is built by its own script and started from its folder, with its arguments', async () => {
    const manifest = { name: 'x', bin: { serve: './dist.mjs' }, scripts: { build: 'cp source.mjs dist.mjs' } };
    const spec = await served('one', {
      'packages/x/package.json': JSON.stringify(manifest),
      'packages/x/source.mjs': '//',
    });
    const { command, args, cwd } = await installed('npx', [
      '-y',
      `--package=${spec}#subdirectory=packages/x`,
      'serve',
      '-v',
    ]);
    expect(command).toBe(process.execPath);
    expect(args[0]).toMatch(/packages\/x\/dist\.mjs$/);
    expect(args[1]).toBe('-v');
    expect(await readFile(String(args[0]), 'utf8')).toBe('//');
    expect(cwd).toBe(join(String(args[0]), '..'));
  });

  it('is handed to uvx as a folder', async () => {
    const spec = await served('two', { 'pyproject.toml': '' });
    const { command, args } = await installed('uvx', ['--from', spec, 'serve']);
    expect([command, args[0], args[2]]).toEqual(['uvx', '--from', 'serve']);
    expect(args[1]?.startsWith(folder)).toBe(true);
  });

  it('that is missing, no archive, without a manifest or without the program is refused with the reason', async () => {
    const gone = installed('npx', ['-y', `--package=${url}/none/tarball/${sha}`, 'serve']);
    await expect(gone).rejects.toThrow('the host answered 404');
    archives.set(`/text/tarball/${sha}`, Buffer.from('no archive'));
    const text = installed('npx', ['-y', `--package=${url}/text/tarball/${sha}`, 'serve']);
    await expect(text).rejects.toThrow('could not be unpacked');
    const empty = installed('npx', ['-y', `--package=${await served('three', { a: '' })}`, 'serve']);
    await expect(empty).rejects.toThrow('no package.json');
    const bare = await served('four', { 'package.json': '{"name": "x"}' });
    await expect(installed('npx', ['-y', `--package=${bare}`, 'serve'])).rejects.toThrow('no program serve');
  });

  it('whose build fails is refused', async () => {
    const manifest = { name: 'x', bin: 'a.mjs', scripts: { build: 'exit 1' } };
    const spec = await served('five', { 'package.json': JSON.stringify(manifest) });
    await expect(installed('npx', ['-y', `--package=${spec}`, 'x'])).rejects.toThrow('the build of x');
  });
});

it.each([
  ['npx', ['-y', 'server']],
  ['npx', ['-y', 'https://example.com/a.tar.gz']],
  ['npx', ['-y', '--package=https://example.com/a.zip', 'serve']],
  ['npx', ['-y', '--package=https://example.com/a.tar.gz#subdirectory=../../etc', 'serve']],
  ['node', ['https://example.com/a.tar.gz']],
])('is not what %s %j names', (command, args) => {
  expect(readSourceCall(command, args)).toBeUndefined();
});
