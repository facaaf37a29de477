import { once } from 'node:events';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { againWhileBusy, type App, type CallOptions, type SignedUp, startApp } from '../../harness.ts';
import { waitUntil } from '../../wait-until.ts';

/* How long streams and sockets live, and how many of them one person may have. */

let app: App;
let admin: SignedUp;
beforeAll(async () => {
  app = await startApp({ env: { QUOTAS: '{"sockets":2,"streams":2,"frames_per_minute":10}' } });
  admin = await app.enterAdmin();
});

async function connect(headers: Record<string, string>): Promise<{ socket: WebSocket; status: number | undefined }> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws`, { headers });
  const [what] = await Promise.race([
    once(socket, 'open').then(() => [undefined]),
    once(socket, 'unexpected-response').then(([, response]) => [(response as { statusCode: number }).statusCode]),
  ]);
  return { socket, status: what };
}
const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` });

async function listen(
  options: CallOptions,
  resumeFrom?: string,
): Promise<{ status: number; ended: Promise<void>; leave: () => void }> {
  const leaving = new AbortController();
  const init = {
    headers: {
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
      ...(options.apiKey !== undefined && { 'x-api-key': options.apiKey }),
      ...(resumeFrom !== undefined && { 'last-event-id': resumeFrom }),
    },
    signal: leaving.signal,
  };
  const response = await againWhileBusy('GET /events', () => fetch(`${app.url}/events`, init));
  const ended = response.text().then(
    () => undefined,
    () => undefined,
  );
  return { status: response.status, ended, leave: () => leaving.abort() };
}

/** What ends everything that a user has open. */
const endings: readonly (readonly [string, (user: SignedUp) => Promise<{ status: number }>])[] = [
  ['logout', ({ token }) => app.call('POST', '/api/v1/auth/logout', { token })],
  [
    'deactivation',
    ({ id }) => app.call('PATCH', `/api/v1/users/${id}`, { token: admin.token, json: { is_active: false } }),
  ],
  [
    'another role',
    ({ id }) => app.call('PATCH', `/api/v1/users/${id}`, { token: admin.token, json: { role: 'viewer' } }),
  ],
];

describe.concurrent('a WebSocket', () => {
  it.each(endings)('ends with %s', async (_what, end) => {
    const user = await app.signUp();
    const other = await app.signUp();
    const [{ socket }, { socket: bystander }] = [await connect(bearer(user)), await connect(bearer(other))];
    const closed = once(socket, 'close');
    expect((await end(user)).status).toBeLessThan(300);
    await closed;
    expect(bystander.readyState).toBe(WebSocket.OPEN);
    bystander.terminate();
  });

  it('of another session of the same person stays at logout', async () => {
    const user = await app.signUp();
    const again = await app.call('POST', '/api/v1/auth/login', {
      json: { username: user.username, password: user.password },
    });
    const one = await connect(bearer(user));
    const other = await connect(bearer({ token: String(again.body['access_token']) }));
    const closed = once(one.socket, 'close');
    await app.call('POST', '/api/v1/auth/logout', { token: user.token });
    await closed;
    expect(other.socket.readyState).toBe(WebSocket.OPEN);
    other.socket.terminate();
  });

  it('takes no subscription with a key that was revoked', async () => {
    const user = await app.signUp();
    const key = await app.call('POST', '/api/v1/auth/api-keys', { token: user.token, json: { name: 'ci' } });
    const { socket } = await connect({ 'x-api-key': String(key.body['key']) });
    await app.call('DELETE', `/api/v1/auth/api-keys/${String(key.body['id'])}`, { token: user.token });
    const heard: string[] = [];
    socket.on('message', (data) => heard.push((data as Buffer).toString()));
    const closed = once(socket, 'close');
    socket.send('{"type":"subscribe","channel":"mcps"}');
    await closed;
    expect(heard.join('\n')).not.toContain('"subscribed"');
  });

  it('is not opened for a page of another site', async () => {
    const user = await app.signUp();
    expect((await connect({ ...bearer(user), origin: 'https://evil.example' })).status).toBe(403);
    const { socket, status } = await connect({ ...bearer(user), origin: app.url });
    expect(status).toBeUndefined();
    socket.terminate();
  });

  it('comes in as many as a person may have at once, and again when one is closed', async () => {
    const user = await app.signUp();
    const sockets = [await connect(bearer(user)), await connect(bearer(user))];
    expect((await connect(bearer(user))).status).toBe(409);
    const [first] = sockets;
    first?.socket.close();
    await waitUntil('there is room again', async () => {
      const { socket, status } = await connect(bearer(user));
      if (status === undefined) socket.terminate();
      return status === undefined;
    });
    sockets[1]?.socket.terminate();
  });

  it('may send so many frames a minute', async () => {
    const { socket } = await connect(bearer(await app.signUp()));
    const heard: string[] = [];
    socket.on('message', (data) => heard.push((data as Buffer).toString()));
    // As many as it takes: a busy cache may miss to count some, and on a busy machine a minute may end in between.
    const refusal = () => {
      socket.send('{"type":"ping"}');
      return heard.find((frame) => frame.includes('RATE_LIMIT_EXCEEDED'));
    };
    expect(await waitUntil('a frame too many is refused', refusal)).toContain('retry_after');
    // Frames are answered side by side, and the refusal may be first.
    await waitUntil('ten frames are answered', () => heard.filter((frame) => frame.includes('pong')).length >= 10);
    socket.terminate();
  });
});

describe.concurrent('an event stream', () => {
  it.each(endings)('ends with %s', async (_what, end) => {
    const user = await app.signUp();
    const { ended } = await listen(user);
    await end(user);
    await expect(ended).resolves.toBeUndefined();
  });

  it('comes in as many as a person may have, also when they are asked for at once', async () => {
    const user = await app.signUp();
    const streams = await Promise.all(Array.from({ length: 8 }, () => listen(user)));
    expect(streams.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(streams.filter(({ status }) => status === 429)).toHaveLength(6);
    for (const { leave } of streams) leave();
  });

  it('makes room when its client goes away', async () => {
    const user = await app.signUp();
    for (const { leave } of [await listen(user), await listen(user)]) leave();
    const roomAgain = async (): Promise<boolean> => {
      const again = await listen(user);
      again.leave();
      return again.status === 200;
    };
    expect(await waitUntil('there is room again', roomAgain)).toBe(true);
  });

  it('makes room for one that resumes, as the oldest of its person, where nobody learns that a client went away', async () => {
    const [user, other] = [await app.signUp(), await app.signUp()];
    const bystander = await listen(other);
    const [first, second] = [await listen(user), await listen(user)];
    expect((await listen(user)).status).toBe(429);
    const resumed = await listen(user, '01000000-0000-7000-8000-000000000000');
    expect(resumed.status).toBe(200);
    await first.ended;
    const open = await app.call('GET', '/api/v1/auth/limits', { token: user.token });
    expect(open.body['limits']).toContainEqual(expect.objectContaining({ quota: 'streams', used: 2 }));
    for (const { leave } of [second, resumed, bystander]) leave();
  });
});
