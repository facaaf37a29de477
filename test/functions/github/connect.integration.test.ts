import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { serverJson, startWorld } from './world.ts';

describe('connecting', async () => {
  const world = await startWorld();
  const { app, github } = world;
  const ada = await app.signUp();
  const weather = await github.addRepository('acme/weather', { 'server.json': serverJson(), 'src/a.ts': '' });
  const head = await weather.git.head('main');
  const repository = await github.addRepository('acme/secret', { 'server.json': serverJson() });
  repository.isPrivate = true;
  await github.addRepository('acme/empty');
  const good = world.token('read');
  const url = 'https://github.com/acme/weather';
  const first = (body: Record<string, unknown>) =>
    (body['errors'] as { loc: string[]; msg: string; type: string }[])[0];
  afterEach(() => {
    github.fault = undefined;
  });

  it.each([
    ['https://github.com/acme/weather', 'main', ''],
    ['https://github.com/Acme/Weather.git', 'main', ''],
    ['ssh://git@github.com/acme/weather.git', 'main', ''],
    ['git@github.com:acme/weather', 'main', ''],
    ['git+https://github.com/acme/weather.git', 'main', ''],
    ['github.com/acme/weather/', 'main', ''],
    ['https://www.github.com/acme/weather?tab=readme#top', 'main', ''],
    ['https://github.com/acme/weather/tree/main/src', 'main', 'src'],
    ['https://github.com/acme/weather/blob/main/src/a.ts', 'main', 'src'],
    ['https://github.com/acme/weather/blob/main/server.json', 'main', ''],
  ])('reads the address %s', async (repository_url, branch, path) => {
    const { status, body, text } = await world.connect(ada, { repository_url, access_token: good });
    expect(status, text).toBe(201);
    expect(body).toMatchObject({ repository_url: url, branch, path, webhook: { installed: false } });
  });

  it('finds a branch whose name has slashes in an address, and takes refs/heads/ and HEAD for what they mean', async () => {
    const { git } = await github.addRepository('acme/branches', { 'server.json': serverJson() });
    await git.commit('feature/x', { 'server.json': serverJson(), 'pkg/server.json': serverJson() });
    const at = async (body: object) => {
      const answer = await world.connect(ada, { access_token: good, ...body });
      return [answer.body['branch'], answer.body['path']];
    };
    const base = 'https://github.com/acme/branches';
    expect(await at({ repository_url: `${base}/tree/feature/x/pkg` })).toEqual(['feature/x', 'pkg']);
    expect(await at({ repository_url: base, branch: 'refs/heads/feature/x' })).toEqual(['feature/x', '']);
    expect(await at({ repository_url: base, branch: 'feature/x', path: './pkg/' })).toEqual(['feature/x', 'pkg']);
    expect(await at({ repository_url: base, branch: 'HEAD' })).toEqual(['main', '']);
  });

  it.each([
    ['another host', { repository_url: 'https://gitlab.com/acme/weather' }, 'repository_url', 'repository_host'],
    [
      'a host that only begins alike',
      { repository_url: 'https://github.com.evil.example/a/b' },
      'repository_url',
      'repository_host',
    ],
    [
      'a token within the address',
      { repository_url: 'https://x:ghp_abc@github.com/acme/weather' },
      'repository_url',
      'credential_in_url',
    ],
    ['no repository', { repository_url: 'https://github.com/acme' }, 'repository_url', 'repository_url'],
    ['a file address', { repository_url: 'file:///etc/passwd' }, 'repository_url', 'repository_url'],
    ['a way out', { repository_url: 'https://github.com/acme/..' }, 'repository_url', 'repository_url'],
    ['a path that leads out', { repository_url: url, path: '../../etc' }, 'path', 'repository_path'],
    [
      'a repository that is not there',
      { repository_url: 'https://github.com/acme/nothing' },
      'repository_url',
      'repository_missing',
    ],
    ['an empty repository', { repository_url: 'https://github.com/acme/empty' }, 'repository_url', 'repository_empty'],
    ['a branch that is not there', { repository_url: url, branch: 'nope' }, 'branch', 'branch_missing'],
    ['a commit for a branch', { repository_url: url, branch: head }, 'branch', 'branch_missing'],
    ['the long name of a branch', { repository_url: url, branch: 'heads/main' }, 'branch', 'branch_missing'],
    ['a folder that is not there', { repository_url: url, path: 'no/such' }, 'path', 'folder_missing'],
    ['a file for a folder', { repository_url: url, path: 'server.json' }, 'path', 'folder_missing'],
    [
      'a token that GitHub refuses',
      { repository_url: url, access_token: 'ghp_wrong' },
      'access_token',
      'token_refused',
    ],
    ['a token with a line break', { repository_url: url, access_token: 'a\r\nx: y' }, 'access_token', 'invalid_format'],
    ['an unknown field', { repository_url: url, acces_token: 'x' }, 'acces_token', 'unrecognized_keys'],
  ])('refuses %s and names the field', async (_what, body, field, type) => {
    const answer = await world.connect(ada, { access_token: good, ...body });
    expect(answer.status, answer.text).toBe(422);
    expect(first(answer.body)).toMatchObject({ loc: ['body', field], type });
    expect(answer.text).not.toContain('ghp_');
  });

  it('wants a token where the platform has none', async () => {
    const answer = await world.connect(ada, { repository_url: url });
    expect(answer.status).toBe(422);
    expect(first(answer.body)).toMatchObject({ loc: ['body', 'access_token'], type: 'missing' });
  });

  it("connects only a tool of one's own, and one repository to a tool", async () => {
    const bob = await app.signUp();
    const config = { servers: [{ name: 'a', command: 'npx' }] };
    const tool = await app.call('POST', '/api/v1/mcps', {
      token: bob.token,
      json: { name: 'B', slug: 'bobs', version: '1.0.0', config },
    });
    const tool_id = tool.body['id'];
    const by = (user: typeof ada, id: unknown) =>
      world.connect(user, { repository_url: url, access_token: good, tool_id: id });
    expect((await by(ada, tool_id)).status).toBe(403);
    expect((await by(ada, crypto.randomUUID())).status).toBe(404);
    expect((await by(bob, tool_id)).status).toBe(201);
    expect((await by(bob, tool_id)).status).toBe(409);
  });

  it('warns of what the token does not allow and of its end', async () => {
    const soon = new Date(Date.now() + 3 * 24 * 3_600_000).toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
    github.tokens.set('ghp_soon', { role: 'admin', scopes: 'read:org', expiresAt: soon });
    const { body } = await world.connect(ada, { repository_url: url, access_token: 'ghp_soon' });
    expect(body['warnings']).toEqual([
      expect.stringContaining('webhook is not installed'),
      expect.stringContaining('The token expires at'),
      expect.stringContaining('may not write commit statuses'),
    ]);
  });

  it('keeps the token encrypted and out of every line and answer', async () => {
    const token = world.token('admin');
    const { body } = await world.connect(ada, { repository_url: url, access_token: token });
    const list = await app.call('GET', '/api/v1/github/connections', { token: ada.token });
    const { secret } = body['webhook'] as { secret: string };
    expect(list.text).toContain(String(body['connection_id']));
    for (const text of [list.text, ...app.lines]) {
      expect(text).not.toContain(token);
      expect(text).not.toContain(secret);
    }
    const { createConnection } = await import('mysql2/promise');
    const sql = await createConnection(app.database);
    const [rows] = await sql.query('SELECT * FROM github_connections');
    await sql.end();
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(
      Buffer.concat(
        (rows as { access_token: Buffer | null }[]).map((row) => row.access_token ?? Buffer.from('')),
      ).toString(),
    ).not.toContain(token);
  });

  it.each([
    ['500', 502, (_: unknown, response: ServerResponse) => void response.writeHead(500).end('{"message":"x"}')],
    [
      '503 as HTML',
      502,
      (_: unknown, response: ServerResponse) =>
        void response.writeHead(503, { 'content-type': 'text/html' }).end('<p>'),
    ],
    [
      'something else than JSON',
      502,
      (_: unknown, response: ServerResponse) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":'),
    ],
    ['a cut', 502, (_: unknown, response: ServerResponse) => void response.destroy()],
    [
      'a cut in the middle',
      502,
      (_: unknown, response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
        response.write('{"id": 1,');
        setImmediate(() => response.destroy());
      },
    ],
    [
      '403',
      422,
      (_: unknown, response: ServerResponse) =>
        void response.writeHead(403, { 'x-github-sso': 'required' }).end('{"message":"Resource protected"}'),
    ],
    [
      '429',
      503,
      (_: unknown, response: ServerResponse) => void response.writeHead(429, { 'retry-after': '17' }).end('{}'),
    ],
    [
      "the end of the hour's requests",
      503,
      (_: unknown, response: ServerResponse) =>
        void response
          .writeHead(403, {
            'x-ratelimit-remaining': '0',
            'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 17),
          })
          .end('{"message":"API rate limit exceeded"}'),
    ],
  ])('answers within its deadline when GitHub answers with %s', async (_what, status, fault) => {
    github.fault = (request, response) => {
      fault(request, response);
      return true;
    };
    const answer = await world.connect(ada, { repository_url: url, access_token: good });
    expect(answer.status, answer.text).toBe(status);
    if (status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(16);
  });

  it('answers 502 within its deadline when GitHub says nothing', async () => {
    github.fault = () => true;
    const answer = await world.connect(ada, { repository_url: url, access_token: good });
    expect(answer.status).toBe(502);
  });

  it('follows no redirect to another host, and sends it no token', async () => {
    const seen: string[] = [];
    const other = createServer((request, response) => {
      seen.push(String(request.headers.authorization));
      response.end(JSON.stringify({ id: 1, full_name: 'evil/evil' }));
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    github.fault = (_, response) => {
      response.writeHead(301, { location: elsewhere }).end();
      return true;
    };
    const answer = await world.connect(ada, { repository_url: url, access_token: good });
    other.close();
    expect(answer.status).toBe(502);
    expect(seen).toEqual([]);
  });
});
