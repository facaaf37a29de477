import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deliveryHeaders, sign } from '../../fixtures/github/stand-in.ts';
import { openPull, pullHappens } from './pulls.ts';
import { serverJson, startWorld } from './world.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const secret = 'the-secret-of-the-application';

describe('a GitHub App', async () => {
  const world = await startWorld({
    env: {
      GITHUB_APP_ID: '4242',
      GITHUB_APP_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      GITHUB_WEBHOOK_SECRET: secret,
    },
  });
  const { app, github } = world;
  const ada = await app.signUp();
  const installed = async (name: string, { isPrivate = false, installationId = 77 } = {}) => {
    const repository = await github.addRepository(`acme/${name}`, { 'server.json': serverJson() });
    Object.assign(repository, { installationId, isPrivate });
    const connected = await world.connect(ada, { repository_url: `https://github.com/acme/${name}` });
    return { repository, connected };
  };
  const deliver = (event: string, payload: object) => {
    const raw = JSON.stringify(payload);
    const headers = deliveryHeaders(event, crypto.randomUUID(), sign(secret, raw));
    return app.call('POST', '/api/v1/github/webhook', { raw, headers });
  };

  const seen = async (id: unknown, state: object): Promise<void> => {
    await expect.poll(() => world.connection(ada, id)).toMatchObject(state);
  };

  it('connects without a token, follows by the one webhook, and asks with tokens of its own', async () => {
    const { repository, connected } = await installed('by-app');
    expect(connected.status, connected.text).toBe(201);
    expect(repository.hooks).toEqual([]);
    const id = connected.body['connection_id'];
    const after = await repository.git.commit('main', { 'server.json': serverJson('1.1.0') });
    const push = { ref: 'refs/heads/main', after, repository: { id: repository.id }, installation: { id: 77 } };
    expect((await deliver('push', push)).status).toBe(202);
    await expect.poll(async () => (await world.connection(ada, id))['last_sync_sha']).toBe(after);
    expect(github.authorization).toMatch(/^token ghs_/);
    const deliveries = await app.call('GET', `/api/v1/github/connections/${String(id)}/deliveries`, {
      token: ada.token,
    });
    expect(deliveries.body['deliveries']).toMatchObject([{ event_type: 'push', outcome: 'sync requested' }]);
  });

  it('says that its installation is suspended, and goes on when it is not any more', async () => {
    const { repository, connected } = await installed('suspended', { installationId: 78 });
    const id = connected.body['connection_id'];
    expect(await world.sync(ada, id)).toMatchObject({ status: 'completed' });
    github.suspended.add(78);
    await deliver('installation', { action: 'suspend', installation: { id: 78 } });
    await seen(id, { status: 'unauthorized', last_error: expect.stringContaining('is suspended') });
    expect(await world.sync(ada, id)).toMatchObject({
      status: 'failed',
      error: { detail: expect.stringContaining('is suspended') },
    });
    const head = await repository.git.commit('main', { 'server.json': serverJson('1.1.0') });
    github.suspended.delete(78);
    await deliver('installation', { action: 'unsuspend', installation: { id: 78 } });
    await seen(id, { status: 'connected', last_error: null, last_sync_sha: head });
  });

  it('says that it was removed from the repository, and goes on when it is installed again, under another number', async () => {
    const { repository, connected } = await installed('removed', { installationId: 79 });
    const id = connected.body['connection_id'];
    expect(await world.sync(ada, id)).toMatchObject({ status: 'completed' });
    repository.installationId = undefined;
    await deliver('installation', { action: 'deleted', installation: { id: 79 } });
    await seen(id, { status: 'unauthorized', last_error: expect.stringContaining('not installed') });
    const head = await repository.git.commit('main', { 'server.json': serverJson('1.1.0') });
    repository.installationId = 80;
    await world.lookNow(String(id));
    await seen(id, { status: 'connected', last_error: null, last_sync_sha: head });
  });

  it('that may not write check runs comments alone, and its owner reads why', async () => {
    github.appLacks = /check-runs/;
    const { repository, connected } = await installed('unchecked', { installationId: 81 });
    github.appLacks = undefined;
    const pull = await openPull(github, repository, { 'server.json': serverJson('1.0.0', '@evil/weather-mcp') });
    const payload = { action: 'opened', pull_request: { number: pull.number }, repository: { id: repository.id } };
    await deliver('pull_request', payload);
    await expect.poll(() => repository.comments.length).toBe(1);
    expect(repository.checkRuns).toEqual([]);
    await seen(connected.body['connection_id'], {
      status: 'connected',
      last_error: null,
      warnings: [expect.stringContaining('may not write check runs')],
    });
  });

  it('writes one check run for each commit, with the lines that break the contract', async () => {
    const { repository, connected } = await installed('checked');
    expect(connected.status).toBe(201);
    const pull = await openPull(github, repository, { 'server.json': serverJson('1.0.0', '@evil/weather-mcp') });
    const payload = { action: 'opened', pull_request: { number: pull.number }, repository: { id: repository.id } };
    expect((await deliver('pull_request', payload)).status).toBe(202);
    await expect.poll(() => repository.checkRuns.length).toBe(1);
    const head = await repository.git.head(pull.branch);
    expect(repository.checkRuns[0]).toMatchObject({
      name: 'MCP contract',
      head_sha: head,
      status: 'completed',
      conclusion: 'failure',
      output: {
        annotations: expect.arrayContaining([
          expect.objectContaining({ path: 'server.json', annotation_level: 'warning', message: expect.any(String) }),
        ]),
      },
    });
    pull.labels.push('mcp-breaking-ok');
    expect((await deliver('pull_request', { ...payload, action: 'labeled' })).status).toBe(202);
    await expect.poll(() => repository.checkRuns.map(({ conclusion }) => conclusion)).toEqual(['success']);
    expect(repository.statuses).toEqual([]);
    await pullHappens(github, repository, pull, 'closed');
  });

  it('lends its sight of a private repository to nobody but an admin', async () => {
    const { connected } = await installed('secret-matter', { isPrivate: true });
    expect(connected.status).toBe(422);
    expect(connected.body['errors']).toMatchObject([{ loc: ['body', 'access_token'], type: 'token_required' }]);
    const admin = await app.enterAdmin();
    const json = { repository_url: 'https://github.com/acme/secret-matter' };
    expect((await world.connect(admin, json)).status).toBe(201);
  });

  it('is believed by its own secret alone', async () => {
    const raw = JSON.stringify({ action: 'created', installation: { id: 77 } });
    const headers = deliveryHeaders('installation', crypto.randomUUID(), sign('another-secret-of-ours', raw));
    expect((await app.call('POST', '/api/v1/github/webhook', { raw, headers })).status).toBe(401);
    expect((await deliver('installation', { action: 'suspend', installation: { id: 77 } })).status).toBe(202);
  });
});
