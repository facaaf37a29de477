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
  const installed = async (name: string, isPrivate = false) => {
    const repository = await github.addRepository(`acme/${name}`, { 'server.json': serverJson() });
    Object.assign(repository, { installationId: 77, isPrivate });
    const connected = await world.connect(ada, { repository_url: `https://github.com/acme/${name}` });
    return { repository, connected };
  };
  const deliver = (event: string, payload: object) => {
    const raw = JSON.stringify(payload);
    const headers = deliveryHeaders(event, crypto.randomUUID(), sign(secret, raw));
    return app.call('POST', '/api/v1/github/webhook', { raw, headers });
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
    const { connected } = await installed('secret-matter', true);
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
