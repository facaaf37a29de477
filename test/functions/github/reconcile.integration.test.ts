import { createConnection } from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import type { HostedFixture } from '../../fixtures/github/model.ts';
import { serverJson, startWorld } from './world.ts';

describe('what webhooks do not bring', { timeout: 240_000 }, async () => {
  const world = await startWorld();
  const { app, github } = world;
  const ada = await app.signUp();
  let made = 0;

  async function connected(files: Record<string, string> = { 'server.json': serverJson() }) {
    made += 1;
    const name = `acme/repository-${made}`;
    const repository = await github.addRepository(name, files);
    const token = world.token('admin');
    const { body, text } = await world.connect(ada, {
      repository_url: `https://github.com/${name}`,
      access_token: token,
    });
    return { repository, token, id: String(body['connection_id']), text };
  }
  /** The look that comes ten minutes after the last one. */
  async function lookNow(): Promise<void> {
    const sql = await createConnection(app.database);
    await sql.query('UPDATE github_connections SET last_checked_at = NULL');
    await sql.end();
    await world.reconcile();
  }
  const until = (id: string, member: string) => {
    return expect.poll(async () => (await world.connection(ada, id))[member], { timeout: 60_000 });
  };
  const random = (seed: number) => () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };

  // `npm run faults:github-lossy` tries a hundred.
  const seeds = Array.from({ length: Number(process.env['LOSSY_SEEDS'] ?? 5) }, (_, index) => index + 1);
  it.each(seeds)('is found by the next look when three in ten deliveries are lost (seed %i)', async (seed) => {
    const { repository, id } = await connected();
    const next = random(seed);
    github.loses = () => next() < 0.3;
    for (let n = 1; n <= 6; n += 1) await github.push(repository, { 'server.json': serverJson(`1.${n}.0`) });
    github.loses = () => false;
    await lookNow();
    await until(id, 'last_sync_sha').toBe(await repository.git.head('main'));
    const { tool_id } = await world.connection(ada, id);
    const tool = await app.call('GET', `/api/v1/mcps/${String(tool_id)}`, { token: ada.token });
    expect(tool.body).toMatchObject({ version: '1.6.0', config: { servers: [{ package: { version: '1.6.0' } }] } });
    // The hook is the platform's own, so what failed is asked for again too.
    const guids = (hook: HostedFixture['hooks'][number]) =>
      new Set(hook.deliveries.filter(({ status_code }) => status_code < 300).map(({ guid }) => guid));
    await expect.poll(() => repository.hooks.map((hook) => guids(hook).size), { timeout: 60_000 }).toEqual([6]);
  });

  it('ends at the last of fifty pushes that come at once, by few syncs', async () => {
    const { repository, id } = await connected();
    await world.sync(ada, id);
    const commits: string[] = [];
    for (let n = 1; n <= 50; n += 1)
      commits.push(await repository.git.commit('main', { 'server.json': serverJson(`2.${n}.0`) }));
    await Promise.all(commits.map((after) => github.tell(repository, 'push', { ref: 'refs/heads/main', after })));
    await until(id, 'last_sync_sha').toBe(commits.at(-1));
    await until(id, 'syncing').toBe(false);
    const { tool_id } = await world.connection(ada, id);
    expect((await world.history(ada, tool_id)).length).toBeLessThanOrEqual(4);
  });

  it('follows a rename, an archive and an end, and says which', async () => {
    const { repository, id } = await connected();
    await world.sync(ada, id);
    github.rename(repository, `acme/renamed-${made}`);
    await github.tell(repository, 'repository', { action: 'renamed' });
    await until(id, 'repository_url').toBe(`https://github.com/${repository.name}`);
    repository.isArchived = true;
    await github.tell(repository, 'repository', { action: 'archived' });
    await until(id, 'status').toBe('archived');
    repository.isArchived = false;
    await github.tell(repository, 'repository', { action: 'unarchived' });
    await until(id, 'status').toBe('connected');
    repository.isDeleted = true;
    await github.tell(repository, 'repository', { action: 'deleted' });
    await until(id, 'status').toBe('missing');
    expect(await world.connection(ada, id)).toMatchObject({ status: 'missing' });
  });

  it('says that the token was revoked, and goes on when it is back', async () => {
    const { token, id } = await connected();
    const known = github.tokens.get(token);
    github.tokens.delete(token);
    expect((await world.sync(ada, id))['status']).toBe('failed');
    expect(await world.connection(ada, id)).toMatchObject({
      status: 'unauthorized',
      last_error: expect.stringContaining('token'),
    });
    if (known) github.tokens.set(token, known);
    expect(await world.sync(ada, id)).toMatchObject({ result: { status: 'synced' } });
    expect(await world.connection(ada, id)).toMatchObject({ status: 'connected', last_error: null });
  });

  it('asks once for an unchanged repository, and at most twelve times for a changed one', async () => {
    const { id } = await connected({
      'server.json': serverJson(),
      'README.md': '# W',
      'package.json': '{}',
      Dockerfile: 'FROM x',
      'pyproject.toml': '',
      '.env.example': '',
      '.mcp.json': '{}',
      'mcp.json': '{}',
    });
    const requests = async () => {
      const before = github.requests.length;
      expect(await world.sync(ada, id)).toMatchObject({ status: 'completed' });
      return github.requests.length - before;
    };
    expect(await requests()).toBeLessThanOrEqual(12);
    expect(await requests()).toBe(1);
  });

  it('changes nothing by a commit without a valid configuration, and says where it is wrong', async () => {
    const { repository, id } = await connected();
    const { tool_id } = (await world.sync(ada, id))['result'] as { tool_id: string };
    await repository.git.commit('main', { 'server.json': '{\n  "name": 1,,\n}' });
    const task = await world.sync(ada, id);
    expect(task).toMatchObject({ status: 'failed', error: { detail: expect.stringMatching(/server\.json.*line 2/) } });
    expect(await world.history(ada, tool_id)).toHaveLength(1);
  });
});
