import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { HostedFixture } from '../../fixtures/github/model.ts';
import { scheduledEvent } from '../../../infra/local/gateway/clock.ts';
import { waitUntil } from '../../wait-until.ts';
import { serverJson, startWorld } from './world.ts';

describe('what webhooks do not bring', async () => {
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
  const until = (id: string, member: string, message = member) => {
    return expect.poll(async () => (await world.connection(ada, id))[member], { message });
  };
  /** A task that waits for its time is sent again by the sweeper. */
  const sweptUntilOver = (taskId: unknown) =>
    waitUntil('the task is over', async () => {
      await app.invoke('sweep-tasks', scheduledEvent('sweep-tasks', new Date()));
      const { body } = await app.call('GET', `/api/v1/tasks/${String(taskId)}`, { token: ada.token });
      return body['status'] === 'completed';
    });
  const random = (seed: number) => () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };

  // `npm run faults:github-lossy` tries a hundred.
  const seeds = Array.from({ length: Number(process.env['LOSSY_SEEDS'] ?? 2) }, (_, index) => index + 1);
  const losing = new Map<string, () => number>();
  github.loses = ({ url }) => (losing.get(new URL(url).searchParams.get('connection') ?? '')?.() ?? 1) < 0.3;
  it.each(seeds)('is found by the next look when three in ten deliveries are lost (seed %i)', async (seed) => {
    const { repository, id } = await connected();
    losing.set(id, random(seed));
    for (let n = 1; n <= 6; n += 1) await github.push(repository, { 'server.json': serverJson(`1.${n}.0`) });
    losing.delete(id);
    await world.lookNow(id);
    await until(id, 'last_sync_sha').toBe(await repository.git.head('main'));
    const { tool_id } = await world.connection(ada, id);
    const tool = await app.call('GET', `/api/v1/mcps/${String(tool_id)}`, { token: ada.token });
    expect(tool.body).toMatchObject({ version: '1.6.0', config: { servers: [{ package: { version: '1.6.0' } }] } });
    // The hook is the platform's own, so what failed is asked for again too.
    const guids = (hook: HostedFixture['hooks'][number]) =>
      new Set(hook.deliveries.filter(({ status_code }) => status_code < 300).map(({ guid }) => guid));
    await expect.poll(() => repository.hooks.map((hook) => guids(hook).size)).toEqual([6]);
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

  it('is tried again when GitHub is away for a moment, and ends with what it refuses', async () => {
    const answer = (status: number, headers: Record<string, string> = {}) => {
      return (response: ServerResponse) => void response.writeHead(status, headers).end('{}');
    };
    const failed = (detail: string) => ({ status: 'failed', error: { detail: expect.stringContaining(detail) } });
    const completed = { status: 'completed' };
    const cases = [
      { kind: '500', fault: answer(500), task: completed, status: 'connected' },
      { kind: '429', fault: answer(429, { 'retry-after': '1' }), task: completed, status: 'connected' },
      {
        kind: 'a cut',
        fault: (response: ServerResponse) => void response.destroy(),
        task: completed,
        status: 'connected',
      },
      { kind: 'nothing', fault: () => undefined, task: completed, status: 'connected' },
      {
        kind: '403',
        fault: answer(403, { 'x-accepted-github-permissions': 'contents=read' }),
        task: failed('it needs contents=read'),
        status: 'unauthorized',
      },
      {
        kind: 'a redirect elsewhere',
        fault: answer(302, { location: 'http://elsewhere.example/repos' }),
        task: completed,
        status: 'connected',
      },
      { kind: '401', fault: answer(401), task: failed('refuses the token'), status: 'unauthorized' },
      { kind: '404', fault: answer(404), task: failed('no such repository'), status: 'missing' },
      { kind: '409', fault: answer(409), task: failed('no commits yet'), status: 'connected' },
    ];
    const begun = await Promise.all(cases.map(async (one) => ({ ...one, ...(await connected()) })));
    const waiting = new Map(begun.map(({ repository: { name }, fault }) => [name, fault]));
    github.fault = ({ url = '' }, response) => {
      const name = /^\/repos\/([^/]+\/[^/]+)\/commits/.exec(url)?.[1] ?? '';
      const fault = waiting.get(name);
      waiting.delete(name);
      fault?.(response);
      return fault !== undefined;
    };
    await Promise.all(
      begun.map(async ({ kind, id, task, status }) => {
        const { body } = await app.call('POST', `/api/v1/github/sync/${id}`, { token: ada.token });
        if (kind === '429') await sweptUntilOver(body['task_id']);
        expect(await world.ended(ada, body['task_id']), kind).toMatchObject(task);
        expect(await world.connection(ada, id), kind).toMatchObject({ status });
      }),
    );
    github.fault = undefined;
    // A refusal is no end: the next look finds what is right again.
    await world.lookNow(...begun.map(({ id }) => id));
    for (const { kind, id, repository } of begun)
      await until(id, 'last_sync_sha', kind).toBe(await repository.git.head('main'));
    for (const { kind, id } of begun)
      expect(await world.connection(ada, id), kind).toMatchObject({ status: 'connected', last_error: null });
  });

  it('says what a look met, and that it is over when the next one has met it no more', async () => {
    const { id } = await connected();
    await world.sync(ada, id);
    for (const [code, message] of [
      [500, /answered 500/],
      [401, /refuses the token/],
      [404, /no such repository/],
      [429, /again in 60 s/],
    ] as const) {
      github.fault = ({ url = '' }, response) => {
        if (!url.includes('/commits/')) return false;
        response.writeHead(code, { 'content-type': 'application/json' }).end('{}');
        return true;
      };
      await world.lookNow(id);
      await until(id, 'last_error').toMatch(message);
      github.fault = undefined;
      await world.lookNow(id);
      await until(id, 'last_error').toBeNull();
      expect(await world.connection(ada, id)).toMatchObject({ status: 'connected', behind_by: 0 });
    }
  });

  it('follows no name that belongs to another repository by now', async () => {
    const { repository, id } = await connected();
    const { tool_id } = (await world.sync(ada, id))['result'] as { tool_id: string };
    const { name } = repository;
    repository.name = `acme/gone-${made}`;
    await github.addRepository(name, { 'server.json': serverJson('9.9.9', '@evil/weather-mcp') });
    expect(await world.sync(ada, id)).toMatchObject({
      status: 'failed',
      error: { detail: expect.stringContaining('Another repository') },
    });
    expect(await world.history(ada, tool_id)).toHaveLength(1);
    expect(await world.connection(ada, id)).toMatchObject({ status: 'missing' });
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
