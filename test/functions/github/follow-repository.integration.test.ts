import { MongoClient } from 'mongodb';
import { createConnection } from 'mysql2/promise';
import { describe, expect, inject, it } from 'vitest';
import { serverJson, startWorld } from './world.ts';

describe('a connected repository', async () => {
  const world = await startWorld();
  const { app, github } = world;
  const ada = await app.signUp();
  const bob = await app.signUp();

  it('becomes a draft by the first sync, follows each push, and its history names the commit', async () => {
    const repository = await github.addRepository('acme/weather', { 'server.json': serverJson() });
    const token = world.token('admin');
    const connected = await world.connect(ada, {
      repository_url: 'git@github.com:acme/weather.git',
      access_token: token,
    });
    expect(connected.status, connected.text).toBe(201);
    expect(connected.body).toMatchObject({
      repository_url: 'https://github.com/acme/weather',
      tool_id: null,
      status: 'connected',
      default_branch: 'main',
      webhook: { installed: true, events: expect.arrayContaining(['push']) },
    });
    expect(connected.text).not.toContain(token);

    const id = connected.body['connection_id'];
    const first = await world.sync(ada, id);
    expect(first).toMatchObject({ status: 'completed', result: { status: 'synced', files_updated: 1, revision: 1 } });
    const { tool_id, last_sync_sha } = first['result'] as Record<string, string>;
    expect(last_sync_sha).toBe(await repository.git.head('main'));
    expect((await world.sync(ada, id))['result']).toEqual({
      ...(first['result'] as object),
      status: 'unchanged',
      files_updated: 0,
    });

    const sha = await github.push(repository, { 'server.json': serverJson('1.1.0') });
    await expect.poll(async () => (await world.history(ada, tool_id)).length).toBe(2);
    expect((await world.history(ada, tool_id))[0]).toMatchObject({
      change_type: 'sync',
      version: '1.1.0',
      changed_by: ada.id,
      source: { repository: 'acme/weather', branch: 'main', path: '', sha, files: ['server.json'] },
    });
    await expect.poll(async () => (await world.connection(ada, id))['last_sync_sha']).toBe(sha);
    expect(await world.connection(ada, id)).toMatchObject({ behind_by: 0, last_error: null, syncing: false });
  });

  it('keeps its README in the knowledge base: one document, which follows each push', async () => {
    const repository = await github.addRepository('acme/documented', {
      'server.json': serverJson(),
      'README.md': '# Weather\n\nForecasts for sailors.',
    });
    const { body } = await world.connect(ada, {
      repository_url: 'https://github.com/acme/documented',
      access_token: world.token('admin'),
    });
    await world.sync(ada, body['connection_id']);
    const mongo = new MongoClient(inject('stores').mongodb);
    const kept = () =>
      mongo
        .db(app.stage)
        .collection('knowledge_documents')
        .find({ owner_id: ada.id, space: 'tools', metadata: { $regex: '"kind":"readme"' } })
        .toArray();
    const [first] = await kept();
    expect(first).toMatchObject({ content: '# Weather\n\nForecasts for sailors.', owner_id: ada.id });

    await github.push(repository, { 'server.json': serverJson(), 'README.md': '# Weather\n\nTides too.' });
    const texts = async () => (await kept()).map(({ _id, content }) => [_id, content]);
    await expect.poll(texts).toEqual([[first?._id, '# Weather\n\nTides too.']]);
    await github.push(repository, { 'server.json': serverJson() });
    await expect.poll(texts).toEqual([[first?._id, '']]);
    await mongo.close();
  });

  it('is asked again while GitHub does not show yet what was pushed, and says so when it never does', async () => {
    const repository = await github.addRepository('acme/lagging', { 'server.json': serverJson() });
    const { body } = await world.connect(ada, {
      repository_url: 'https://github.com/acme/lagging',
      access_token: world.token('admin'),
    });
    const id = String(body['connection_id']);
    await world.sync(ada, id);
    const current = (member: string) => async () => (await world.connection(ada, id))[member];
    /** The pushes are handled and what they asked for is over; before, nothing is expected of the host. */
    async function handled(pushes: number): Promise<void> {
      const path = `/api/v1/github/connections/${id}/deliveries`;
      const outcomes = async () => {
        const { body: list } = await app.call('GET', path, { token: ada.token });
        return (list['deliveries'] as Record<string, unknown>[]).map(({ outcome }) => outcome);
      };
      await expect.poll(outcomes).toEqual(Array<string>(pushes).fill('sync requested'));
      await expect.poll(current('syncing')).toBe(false);
    }
    const former = String(await repository.git.head('main'));
    repository.staleHeads.set('main', former);
    const sha = await github.push(repository, { 'server.json': serverJson('1.1.0') });
    await handled(1);
    expect((await world.connection(ada, id))['last_sync_sha']).toBe(former);
    repository.staleHeads.delete('main');
    await expect.poll(current('last_sync_sha')).toBe(sha);

    repository.staleHeads.set('main', sha);
    await github.push(repository, { 'server.json': serverJson('1.2.0') });
    await handled(2);
    const sql = await createConnection(app.database);
    await sql.query('UPDATE github_connections SET expected_at = expected_at - INTERVAL 5 MINUTE WHERE id = ?', [id]);
    await sql.end();
    await world.lookNow(id);
    await expect.poll(current('last_error')).toMatch(/has not shown the pushed commit [0-9a-f]{7} within five minutes/);
  });

  it('is brought in step by a release too, and says that its branch is gone', async () => {
    const repository = await github.addRepository('acme/released', { 'server.json': serverJson() });
    await repository.git.commit('stable', { 'server.json': serverJson() });
    const { body } = await world.connect(ada, {
      repository_url: 'https://github.com/acme/released/tree/stable',
      access_token: world.token('admin'),
    });
    const id = String(body['connection_id']);
    const current = (member: string) => async () => (await world.connection(ada, id))[member];
    const sha = await repository.git.commit('stable', { 'server.json': serverJson('1.1.0') });
    await github.tell(repository, 'release', { action: 'published' });
    await expect.poll(current('last_sync_sha')).toBe(sha);
    await repository.git.deleteBranch('stable');
    await github.tell(repository, 'push', { ref: 'refs/heads/stable', after: '0'.repeat(40), deleted: true });
    await expect.poll(current('last_error')).toBe('The repository has no branch "stable".');
    expect(await world.connection(ada, id)).toMatchObject({ status: 'connected', last_sync_sha: sha });
  });

  it("is nobody else's to see, to sync or to end", async () => {
    await github.addRepository('acme/private-matter', { 'server.json': serverJson() });
    const { body } = await world.connect(ada, {
      repository_url: 'github.com/acme/private-matter',
      access_token: world.token('read'),
    });
    const id = String(body['connection_id']);
    for (const [method, path] of [
      ['GET', `connections/${id}`],
      ['GET', `connections/${id}/deliveries`],
      ['POST', `sync/${id}`],
      ['DELETE', `disconnect/${id}`],
    ] as const)
      expect((await app.call(method, `/api/v1/github/${path}`, { token: bob.token })).status, path).toBe(404);
    const { body: page } = await app.call('GET', '/api/v1/github/connections', { token: bob.token });
    expect(page).toEqual({ items: [], total: 0, page: 1, page_size: 20, pages: 0 });
  });

  it('is let go by disconnecting: the webhook is gone, its secret signs nothing any more, the tool stays', async () => {
    const repository = await github.addRepository('acme/short', { 'server.json': serverJson() });
    const connected = await world.connect(ada, {
      repository_url: 'https://github.com/acme/short',
      access_token: world.token('admin'),
    });
    const id = String(connected.body['connection_id']);
    const synced = (await world.sync(ada, id))['result'] as Record<string, string>;
    expect(repository.hooks).toHaveLength(1);
    const ended = await app.call('DELETE', `/api/v1/github/disconnect/${id}`, { token: ada.token });
    expect(ended.body).toEqual({ message: 'The repository is disconnected; its tool stays.', connection_id: id });
    expect(repository.hooks).toHaveLength(0);
    expect((await app.call('DELETE', `/api/v1/github/disconnect/${id}`, { token: ada.token })).status).toBe(404);
    const { secret } = connected.body['webhook'] as { secret: string };
    const body = JSON.stringify({ ref: 'refs/heads/main', repository: { id: repository.id } });
    expect((await world.deliver(body, secret)).status).toBe(401);
    expect((await app.call('GET', `/api/v1/mcps/${synced['tool_id']}`, { token: ada.token })).status).toBe(200);
  });
});
