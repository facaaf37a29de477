import { createConnection } from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import { serverJson, startWorld } from './world.ts';

describe('the secret of a webhook', async () => {
  const world = await startWorld({ env: { QUOTAS: '{"connections": 4}' } });
  const { app, github } = world;
  const ada = await app.signUp();
  let made = 0;

  async function connected(role: 'admin' | 'write') {
    made += 1;
    const name = `acme/secrets-${made}`;
    const repository = await github.addRepository(name, { 'server.json': serverJson() });
    const { body, status, text } = await world.connect(ada, {
      repository_url: `https://github.com/${name}`,
      access_token: world.token(role),
    });
    expect(status, text).toBe(201);
    const { secret } = body['webhook'] as { secret: string };
    return { repository, id: String(body['connection_id']), secret };
  }
  const rotate = (id: string, json: object = {}, token = ada.token) =>
    app.call('POST', `/api/v1/github/connections/${id}/webhook-secret`, { token, json });
  const deliver = async ({ repository }: { repository: { id: number } }, secret: string) =>
    (await world.deliver(JSON.stringify({ ref: 'refs/heads/x', repository: { id: repository.id } }), secret)).status;
  async function overlapEnds(): Promise<void> {
    const sql = await createConnection(app.database);
    await sql.query('UPDATE github_connections SET previous_secret_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND');
    await sql.end();
    await world.reconcile();
  }

  it('counts beside the former one until the overlap is over', async () => {
    const one = await connected('write');
    const { status, body } = await rotate(one.id);
    expect(status).toBe(200);
    const { secret, installed } = body['webhook'] as { secret: string; installed: boolean };
    expect(installed).toBe(false);
    expect([await deliver(one, one.secret), await deliver(one, secret), await deliver(one, 'x')]).toEqual([
      202, 202, 401,
    ]);
    await overlapEnds();
    await expect.poll(() => deliver(one, one.secret)).toBe(401);
    expect(await deliver(one, secret)).toBe(202);
  });

  it('ends the former one at once without an overlap, and is written to the installed webhook', async () => {
    const one = await connected('admin');
    const { status, body } = await rotate(one.id, { overlap_s: 0 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ previous_valid_until: null, webhook: { installed: true } });
    const { secret } = body['webhook'] as { secret: string };
    expect(one.repository.hooks[0]?.secret).toBe(secret);
    expect(secret).not.toBe(one.secret);
    expect([await deliver(one, one.secret), await deliver(one, secret)]).toEqual([401, 202]);
  });

  it('stays what it was when the host refuses the new one, and both count when the host does not answer', async () => {
    const one = await connected('admin');
    const answering = (code: number) => {
      github.fault = (request, response) => {
        if (request.method !== 'PATCH') return false;
        response.writeHead(code, { 'content-type': 'application/json' }).end('{"message":"no"}');
        return true;
      };
    };
    answering(403);
    expect((await rotate(one.id)).status).toBe(409);
    expect(await deliver(one, one.secret)).toBe(202);
    answering(500);
    expect((await rotate(one.id)).status).toBe(502);
    github.fault = undefined;
    await world.reconcile();
    expect(await deliver(one, one.secret)).toBe(202);
  });

  it('is its owner’s to change, by a plain request', async () => {
    const one = await connected('write');
    const bob = await app.signUp();
    expect((await rotate(one.id, {}, bob.token)).status).toBe(404);
    const refused = await rotate(one.id, { overlap_s: 1e9 });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('overlap_s');
    expect(refused.text).not.toContain(one.secret);
  });

  it('of a fifth connection is not made where four are the limit', async () => {
    await github.addRepository('acme/fifth', { 'server.json': serverJson() });
    const { status, body } = await world.connect(ada, {
      repository_url: 'https://github.com/acme/fifth',
      access_token: world.token('admin'),
    });
    expect(status).toBe(409);
    expect(body).toMatchObject({
      type: expect.stringContaining('quota-exceeded'),
      quota: 'connections',
      limit: 4,
      used: 4,
    });
  });
});
