import { describe, expect, it } from 'vitest';
import { serverJson, startWorld } from './world.ts';

describe('detecting a server in a repository', async () => {
  const world = await startWorld();
  const { app, github } = world;
  const ada = await app.signUp();
  const viewer = await app.signUp('viewer');
  const detect = (json: object, query = '', token = ada.token) =>
    app.call('POST', `/api/v1/github/detect${query}`, { token, json });
  const url = 'https://github.com/acme/found';
  await github.addRepository('acme/found', {
    'server.json': serverJson('1.4.0'),
    'packages/two/package.json': JSON.stringify({ name: 'two-mcp', version: '2.0.0', bin: 'a.js' }),
    'notes/README.md': 'Nothing of a server.',
  });

  it('says what a public repository would make, without a token and without making it', async () => {
    const { status, body } = await detect({ repository_url: url });
    expect(status).toBe(200);
    const sha = expect.stringMatching(/^[0-9a-f]{40}$/);
    expect(body).toMatchObject({
      draft: { version: '1.4.0', config: { servers: [{ package: { identifier: '@acme/weather-mcp' } }] } },
      sources: [{ file: 'server.json', sha }],
      confidence: 0.95,
      tool: null,
    });
    const { body: page } = await app.call('GET', '/api/v1/mcps', { token: ada.token });
    expect(page['total']).toBe(0);
  });

  it('reads the folder that the address names', async () => {
    const { body } = await detect({ repository_url: `${url}/tree/main/packages/two` });
    expect(body['draft']).toMatchObject({ slug: 'two', version: '2.0.0' });
  });

  it('follows no link and no submodule, reads no pointer of Git LFS, and says so', async () => {
    await github.addRepository('acme/odd', {
      'package.json': JSON.stringify({ name: 'odd-mcp', version: '1.0.0', bin: 'a.js' }),
      'server.json': { link: '../../etc/passwd' },
      'smithery.yaml': { submodule: 'a'.repeat(40) },
      'manifest.json': 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12345\n',
      '.env.example': new Uint8Array([0x4b, 0x3d, 0xff, 0xfe]),
      'README.md': 'x'.repeat(1_000_001),
    });
    const { status, body } = await detect({ repository_url: 'https://github.com/acme/odd' });
    expect(status).toBe(200);
    expect(body['reasons']).toEqual(
      expect.arrayContaining([
        'server.json is a symbolic link and was not followed.',
        'smithery.yaml is a submodule and was not followed.',
        'manifest.json is kept in Git LFS and was not read.',
        '.env.example is not UTF-8 and was not read.',
        expect.stringMatching(/^README.md has 1000001 bytes and was not read/),
      ]),
    );
  });

  it('makes the draft when it is asked to, whose history names the commit', async () => {
    const { status, body } = await detect({ repository_url: url }, '?create=true');
    expect(status).toBe(200);
    const { id } = body['tool'] as { id: string };
    expect(body['tool']).toMatchObject({ status: 'draft', author_id: ada.id, version: '1.4.0' });
    const [first] = await world.history(ada, id);
    expect(first).toMatchObject({ source: { repository: 'acme/found', branch: 'main', files: ['server.json'] } });
  });

  it.each([
    ['a folder without a server', `${url}/tree/main/notes`, 422],
    ['a folder that is not there', `${url}/tree/main/none`, 422],
    ['a repository that is not there', 'https://github.com/acme/none', 422],
    ['another host', 'https://gitlab.com/acme/found', 422],
  ])('refuses %s', async (_what, repository_url, expected) => {
    const { status, text } = await detect({ repository_url });
    expect(status, text).toBe(expected);
  });

  it('is refused to whoever may not create, and shows a private repository only to a token that may read it', async () => {
    expect((await detect({ repository_url: url }, '', viewer.token)).status).toBe(403);
    const hidden = await github.addRepository('acme/hidden', { 'server.json': serverJson() });
    hidden.isPrivate = true;
    const json = { repository_url: 'https://github.com/acme/hidden' };
    expect((await detect(json)).status).toBe(422);
    expect((await detect({ ...json, access_token: world.token('read') })).status).toBe(200);
  });

  it('answers 502 while GitHub is away', async () => {
    github.fault = (_, response) => {
      response.writeHead(500).end('{}');
      return true;
    };
    expect((await detect({ repository_url: url })).status).toBe(502);
    github.fault = undefined;
  });
});
