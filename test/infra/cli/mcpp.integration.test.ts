import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureServer } from '../../functions/deployments/deploy.ts';
import { decide } from '../../functions/oauth/device.ts';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { waitUntil } from '../../wait-until.ts';

/* The command line against a running platform, as a process of its own. */

const program = fileURLToPath(new URL('../../../infra/cli/mcpp.mjs', import.meta.url));
let app: App;
let user: SignedUp;
let home: string;
beforeAll(async () => {
  app = await startApp();
  user = await app.signUp();
  home = await mkdtemp(join(tmpdir(), 'mcpp-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function mcpp(words: readonly string[], { input = '', url = app.url } = {}): Promise<Ended> {
  return begin(words, { input, url }).ended;
}

/** One that goes on while something else happens. */
function begin(words: readonly string[], { input = '', url = app.url } = {}) {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home, XDG_CONFIG_HOME: home, MCPP_URL: url },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.end(input);
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  /** The code that it prints for the person. */
  const userCode = (): Promise<string> => waitUntil('a code', () => /with the code (\S+)\n/.exec(err)?.[1]);
  return { child, ended, userCode };
}

describe('mcpp', () => {
  it('says before the login what is missing, with an exit status of its own', async () => {
    expect(await mcpp(['usage'])).toMatchObject({ code: 3, err: expect.stringContaining('mcpp login') as string });
    expect(await mcpp(['doctor'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('FAIL  credential') as string,
    });
    expect(await mcpp(['dance'])).toMatchObject({ code: 2 });
    expect(await mcpp(['deploy', '--frobnicate'])).toMatchObject({ code: 2 });
    expect(await mcpp(['deploy', 'one', 'two'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('"two"') as string,
    });
    const bare = await mcpp(['deploy', 'one', '--secret', 'hunter2']);
    expect([bare.code, bare.err.includes('NAME=value'), bare.err.includes('hunter2')]).toEqual([2, true, false]);
    const away = await mcpp(['doctor', '--json'], { url: 'http://127.0.0.1:9' });
    expect([away.code, (JSON.parse(away.out) as { ok: boolean }[])[1]?.ok]).toEqual([1, false]);
  });

  it('signs in with a wrong password never, and with the right one keeps a key that only its owner may read', async () => {
    const words = ['login', '--username', user.username];
    expect(await mcpp(words, { input: 'Wrong-password-1\n' })).toMatchObject({ code: 3 });
    const done = await mcpp(words, { input: `${user.password}\n` });
    expect(done).toMatchObject({ code: 0, err: expect.any(String) as string });
    expect(done.out + done.err).not.toContain(user.password);
    const file = join(home, 'mcpp', 'account.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain('mcp_live_');
    expect(await mcpp(['doctor'])).toMatchObject({ code: 0, out: expect.stringContaining(user.username) as string });
  });

  it('sends the key to the platform that made it and to no other', async () => {
    const other = await mcpp(['usage'], { url: app.url.replace('127.0.0.1', 'localhost') });
    expect(other.code).toBe(3);
  });

  it('imports, deploys, calls, shows logs, and connects a client', async () => {
    const { command, args } = fixtureServer;
    await writeFile(join(home, 'mcp.json'), JSON.stringify({ mcpServers: { 'cli-walk': { command, args } } }));
    expect(await mcpp(['import', 'mcp.json', '--dry-run'])).toMatchObject({ code: 0, out: 'cli-walk 1.0.0\n' });
    expect(await mcpp(['import', 'mcp.json'])).toMatchObject({ code: 0, out: 'cli-walk 1.0.0\n' });
    await app.call('PUT', '/api/v1/mcps/cli-walk', { token: user.token, json: { status: 'active' } });
    expect(await mcpp(['deploy', 'cli-walk'])).toMatchObject({
      code: 0,
      out: `cli-walk is running at ${app.url}/mcp/cli-walk/v1\n`,
    });
    expect(await mcpp(['call', 'cli-walk', 'echo', 'message=ahoy'])).toMatchObject({ code: 0, out: 'ahoy\n' });
    expect(await mcpp(['call', 'cli-walk', 'echo', '{"message":"from JSON"}'])).toMatchObject({ out: 'from JSON\n' });
    expect(await mcpp(['call', 'cli-walk', 'fail'])).toMatchObject({ code: 1, out: 'it went wrong\n' });
    expect(await mcpp(['call', 'cli-walk', 'echo'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^[^\n]*message[^\n]*\n$/) as string,
    });
    expect(await mcpp(['call', 'no-such-server', 'echo'])).toMatchObject({ code: 4 });
    const listed = await mcpp(['call', 'cli-walk', '--json']);
    expect((JSON.parse(listed.out) as { name: string }[]).map(({ name }) => name)).toContain('echo');
    await mcpp(['call', 'cli-walk', 'complain', 'message=something to read']);
    await expect
      .poll(async () => (await mcpp(['logs', 'cli-walk'])).out, { interval: 500 })
      .toContain('something to read');

    await writeFile(join(home, '.mcp.json'), JSON.stringify({ mcpServers: { mine: { command: 'x' } }, other: 1 }));
    expect(await mcpp(['connect', 'claude-code', 'cli-walk', '--yes'])).toMatchObject({ code: 0 });
    const written = JSON.parse(await readFile(join(home, '.mcp.json'), 'utf8')) as Record<string, object>;
    expect(written).toMatchObject({ other: 1, mcpServers: { mine: { command: 'x' } } });
    expect(Object.keys(written['mcpServers'] ?? {})).toHaveLength(2);
    // Nobody is there to agree.
    expect(await mcpp(['connect', 'claude-code', 'cli-walk'])).toMatchObject({ code: 2 });
  });

  it('analyses, searches, and counts', async () => {
    const analysed = await mcpp(['analyze', 'cli-walk', '--json']);
    expect(JSON.parse(analysed.out)).toMatchObject({ score: expect.any(Number) as number });
    expect(analysed.err).toContain('100 %');
    await app.call('POST', '/api/v1/knowledge/documents', {
      token: user.token,
      json: { title: 'Moorings', content: 'Ships moor at the northern quay.' },
    });
    await expect
      .poll(async () => (await mcpp(['search', 'northern', 'quay'])).out, { interval: 500 })
      .toContain('Moorings');
    expect(await mcpp(['usage', '--group', 'tool'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('total') as string,
    });
  });

  it('keeps a key that somebody made in the console, and none that does not work', async () => {
    const made = await app.call('POST', '/api/v1/auth/api-keys', { token: user.token, json: { name: 'by hand' } });
    const file = join(home, 'mcpp', 'account.json');
    const before = await readFile(file, 'utf8');
    expect(await mcpp(['login', '--key'], { input: 'mcp_live_nonsense\n' })).toMatchObject({ code: 3 });
    expect(await readFile(file, 'utf8')).toBe(before);
    expect(await mcpp(['login', '--key'], { input: `${String(made.body['key'])}\n` })).toMatchObject({ code: 0 });
    expect(await mcpp(['doctor'])).toMatchObject({ code: 0, out: expect.stringContaining(user.username) as string });
    await writeFile(file, before);
  });

  it('signs in by a page, to which it leads, and keeps a key and no session', async () => {
    const other = await app.signUp();
    const login = begin(['login', '--device', '--json']);
    const userCode = await login.userCode();
    await decide(app, { deviceCode: '', userCode }, other);
    const { code, out, err } = await login.ended;
    expect([code, JSON.parse(out)]).toMatchObject([0, { url: app.url, username: other.username }]);
    expect(err).toContain(`${app.url}/oauth/device?user_code=${userCode}`);
    expect(await mcpp(['doctor'])).toMatchObject({ code: 0, out: expect.stringContaining(other.username) as string });
    expect(await readFile(join(home, 'mcpp', 'account.json'), 'utf8')).not.toMatch(/eyJ|mcp_rt_|mcp_dc_/);
    expect(out + err).not.toMatch(/mcp_live_|mcp_rt_|mcp_dc_/);
    const { body } = await app.call('GET', '/api/v1/auth/sessions', { token: other.token });
    expect((body['items'] as { is_current: boolean }[]).filter(({ is_current }) => !is_current)).toEqual([]);
  });

  it('leaves no session when it may have no key', async () => {
    const full = await app.signUp();
    const make = () => app.call('POST', '/api/v1/auth/api-keys', { token: full.token, json: { name: 'one more' } });
    while ((await make()).status === 201) continue;
    const words = ['login', '--username', full.username];
    const refused = await mcpp(words, { input: `${full.password}\n` });
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('keys') as string });
    const { body } = await app.call('GET', '/api/v1/auth/sessions', { token: full.token });
    expect(body['items']).toHaveLength(1);
  });

  it('keeps what it had when the page refuses it, or Ctrl-C ends it', async () => {
    const file = join(home, 'mcpp', 'account.json');
    const before = await readFile(file, 'utf8');
    const refused = begin(['login', '--device']);
    const ended = begin(['login', '--device']);
    await decide(app, { deviceCode: '', userCode: await refused.userCode() }, user, 'deny');
    await ended.userCode();
    ended.child.kill('SIGINT');
    expect(await ended.ended).toMatchObject({ code: null, out: '' });
    expect(await refused.ended).toMatchObject({ code: 3, err: expect.stringContaining('was refused') as string });
    expect(await readFile(file, 'utf8')).toBe(before);
    expect(await mcpp(['login', '--device', '--username', 'ada'])).toMatchObject({ code: 2 });
    // There is no terminal, so nothing is waited for.
    expect(await mcpp(['login'])).toMatchObject({ code: 2 });
  });

  it('signs out: the key is dead and forgotten', async () => {
    const kept = JSON.parse(await readFile(join(home, 'mcpp', 'account.json'), 'utf8')) as { key: string };
    expect(await mcpp(['logout'])).toMatchObject({ code: 0 });
    expect((await app.call('GET', '/api/v1/auth/me', { apiKey: kept.key })).status).toBe(401);
    await expect(stat(join(home, 'mcpp', 'account.json'))).rejects.toThrow('ENOENT');
  });

  it('signs out of a key that was revoked elsewhere, too', async () => {
    await mcpp(['login', '--username', user.username], { input: `${user.password}\n` });
    const file = join(home, 'mcpp', 'account.json');
    const { key_id } = JSON.parse(await readFile(file, 'utf8')) as { key_id: string };
    await app.call('DELETE', `/api/v1/auth/api-keys/${key_id}`, { token: user.token });
    expect(await mcpp(['logout'])).toMatchObject({ code: 0, out: expect.stringContaining('not revoked') as string });
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });
});
