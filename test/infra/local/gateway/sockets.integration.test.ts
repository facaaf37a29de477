import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { connect, Socket } from 'node:net';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createInvoker } from '../../../../infra/local/gateway/invoke.ts';
import { type Gateway, startGateway } from '../../../../infra/local/gateway/server.ts';
import { createSocketApi } from '../../../../infra/local/gateway/websocket.ts';
import { signedFetch } from '../signed-fetch.ts';
import { credentials } from '../temporary-state.ts';
import { socket } from '../../../../lib/kernel/lambda/socket.ts';
import recorded from '../../../contract/gateway/socket-connect-event.json' with { type: 'json' };
import { installTestHost, planted } from './fixture.ts';
import { takesTime, waitUntil } from '../../../wait-until.ts';

type Route = '$connect' | '$disconnect' | '$default';
type Seen = APIGatewayProxyWebsocketEventV2 & {
  headers?: Record<string, string>;
  requestContext: { disconnectStatusCode?: number };
};
const events: Record<Route, Seen[]> = { $connect: [], $disconnect: [], $default: [] };
let onConnect: (event: Seen) => unknown;
let onMessage: (event: Seen) => unknown;
let gateway: Gateway;

function raw(id: string, socketRoute: Route, run: (event: Seen) => unknown) {
  const declared = socket({ socketRoute, permission: 'public', summary: id, run: async () => undefined });
  return planted(
    id,
    Object.assign((event: never) => Promise.resolve().then(() => run(event)), { declaration: declared.declaration }),
  );
}

const noted = (route: Route, run?: () => (event: Seen) => unknown) => (event: Seen) => {
  events[route].push(event);
  return run?.()(event) ?? { statusCode: 200 };
};

beforeAll(async () => {
  installTestHost();
  gateway = await startGateway({
    port: 0,
    stage: 'test',
    credentials,
    warn: () => undefined,
    functions: [
      raw(
        'connect',
        '$connect',
        noted('$connect', () => onConnect),
      ),
      raw('disconnect', '$disconnect', noted('$disconnect')),
      raw(
        'receive',
        '$default',
        noted('$default', () => onMessage),
      ),
    ],
  });
});

beforeEach(() => {
  onConnect = onMessage = () => ({ statusCode: 200 });
  for (const seen of Object.values(events)) seen.length = 0;
});

const clients: { client: WebSocket; id: string }[] = [];

afterEach(async () => {
  // A later test must not hear of this one's connections.
  for (const { client, id } of clients.splice(0)) {
    client.terminate();
    await until(() => events.$disconnect.some(({ requestContext }) => requestContext.connectionId === id));
  }
});

afterAll(() => gateway.stop());

async function opened(query = ''): Promise<{ client: WebSocket; id: string }> {
  const client = new WebSocket(gateway.socketUrl + query);
  await once(client, 'open');
  const opened = { client, id: events.$connect.at(-1)?.requestContext.connectionId ?? '' };
  clients.push(opened);
  return opened;
}

async function refusal(query = ''): Promise<number> {
  const client = new WebSocket(gateway.socketUrl + query);
  client.on('error', () => undefined);
  const [, response] = (await once(client, 'unexpected-response')) as [unknown, { statusCode: number }];
  client.terminate();
  return response.statusCode;
}

const manage = (id: string, method: string, body?: string) =>
  signedFetch(`${gateway.managementUrl}/@connections/${encodeURIComponent(id)}`, {
    method,
    ...(body !== undefined && { body }),
  });

async function until(holds: () => boolean): Promise<void> {
  await waitUntil('what was waited for', holds);
}

describe('$connect', () => {
  it('gets the recorded event, with headers and query', async () => {
    const { client } = await opened('?ticket=t');
    const event = JSON.parse(JSON.stringify(events.$connect[0])) as typeof recorded;
    expect(Object.keys(event).toSorted()).toEqual(Object.keys(recorded).toSorted());
    expect(Object.keys(event.requestContext).toSorted()).toEqual(Object.keys(recorded.requestContext).toSorted());
    expect(Object.keys(event.headers).toSorted()).toEqual(Object.keys(recorded.headers).toSorted());
    expect(event.queryStringParameters).toEqual({ ticket: 't' });
    expect(event.requestContext).toMatchObject({ routeKey: '$connect', eventType: 'CONNECT', stage: 'test' });
    expect(event.requestContext.connectionId).toMatch(/^[\w-]{15}=$/);
    client.close();
  });

  it.each([401, 403, 500])('refuses with the status %d that its function answers', async (statusCode) => {
    onConnect = () => ({ statusCode });
    expect(await refusal()).toBe(statusCode);
    expect(events.$disconnect).toHaveLength(0);
  });

  it('refuses with 502 when its function fails or answers nonsense', async () => {
    onConnect = () => Promise.reject(new Error('a bug'));
    expect(await refusal()).toBe(502);
    onConnect = () => 'yes';
    expect(await refusal()).toBe(502);
  });

  it('cannot post to the connection that it decides on: 410', async () => {
    let during = 0;
    onConnect = async (event) => {
      during = (await manage(event.requestContext.connectionId, 'POST', 'early')).status;
      return { statusCode: 200 };
    };
    const { client, id } = await opened();
    expect(during).toBe(410);
    expect((await manage(id, 'POST', 'now')).status).toBe(200);
    client.close();
  });

  it('is told by $disconnect of a client that left meanwhile', async () => {
    onConnect = () => takesTime(100, { statusCode: 200 });
    const client = new WebSocket(gateway.socketUrl);
    client.on('error', () => undefined);
    await until(() => events.$connect.length === 1);
    client.terminate();
    await until(() => events.$disconnect.length === 1);
    expect((await manage(events.$connect[0]?.requestContext.connectionId ?? '', 'GET')).status).toBe(410);
  });

  it('is not asked for another path or a handshake that is none', async () => {
    const client = new WebSocket(`${gateway.url.replace('http', 'ws')}/other`);
    client.on('error', () => undefined);
    const [, response] = (await once(client, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(404);
    client.terminate();
    const plain = connect(gateway.port, '127.0.0.1');
    plain.write('GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const [answer] = (await once(plain, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /);
    plain.destroy();
    expect(events.$connect).toHaveLength(0);
  });
});

describe('messages', () => {
  it('reach $default as text, and a post reaches the client', async () => {
    onMessage = async (event) => {
      await manage(event.requestContext.connectionId, 'POST', `you said ${event.body}`);
      return { statusCode: 200 };
    };
    const { client, id } = await opened();
    client.send('grüezi');
    const [data, isBinary] = (await once(client, 'message')) as [Buffer, boolean];
    expect([data.toString('utf8'), isBinary]).toEqual(['you said grüezi', false]);
    expect(events.$default[0]).toMatchObject({
      body: 'grüezi',
      isBase64Encoded: false,
      requestContext: { routeKey: '$default', eventType: 'MESSAGE', connectionId: id, messageId: expect.any(String) },
    });
    expect(events.$default[0]).not.toHaveProperty('headers');
    client.close();
  });

  it('binary ones come as base64', async () => {
    const { client } = await opened();
    client.send(Buffer.from([255]));
    await until(() => events.$default.length === 1);
    expect(events.$default[0]).toMatchObject({ body: '/w==', isBase64Encoded: true });
    client.close();
  });

  it("answer API Gateway's error when the function fails, and the connection stays", async () => {
    onMessage = () => Promise.reject(new Error('a bug'));
    const { client, id } = await opened();
    client.send('x');
    const [data] = (await once(client, 'message')) as [Buffer];
    expect(JSON.parse(data.toString('utf8'))).toEqual({
      message: 'Internal server error',
      connectionId: id,
      requestId: events.$default[0]?.requestContext.requestId,
    });
    expect(client.readyState).toBe(WebSocket.OPEN);
    client.close();
  });

  it('pass at 32 KB in one frame and at 128 KB in several', async () => {
    const { client } = await opened();
    client.send('x'.repeat(32_768));
    for (let part = 0; part < 4; part += 1) client.send('x'.repeat(32_768), { fin: part === 3 });
    await until(() => events.$default.length === 2);
    expect(events.$default.map(({ body }) => body?.length)).toEqual([32_768, 131_072]);
    client.close();
  });

  it.each([
    ['a frame over 32 KB', (client: WebSocket) => client.send('x'.repeat(32_769))],
    ['a frame of 1 MB', (client: WebSocket) => client.send('x'.repeat(1_000_000))],
    [
      'a message over 128 KB',
      (client: WebSocket) => {
        for (let part = 0; part < 5; part += 1) client.send('x'.repeat(30_000), { fin: part === 4 });
      },
    ],
  ])('%s closes the connection with 1009', async (_, send) => {
    const { client } = await opened();
    const closed = once(client, 'close');
    send(client);
    expect((await closed)[0]).toBe(1009);
    await until(() => events.$disconnect.length === 1);
    expect(events.$disconnect[0]?.requestContext).toMatchObject({ disconnectStatusCode: 1009 });
    expect(events.$default).toHaveLength(0);
  });

  it('that break the protocol close the connection and nothing else', async () => {
    const { client } = await opened();
    const closed = once(client, 'close');
    (client as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(Buffer.from([0xff, 0xff, 0xff]));
    expect((await closed)[0]).toBe(1002);
    (await opened()).client.close();
  });
});

describe('@connections', () => {
  it('tells about a connection', async () => {
    const { client, id } = await opened();
    const answer = await manage(id, 'GET');
    expect(await answer.json()).toEqual({
      connectedAt: expect.stringMatching(/Z$/),
      lastActiveAt: expect.stringMatching(/Z$/),
      identity: { sourceIp: '127.0.0.1', userAgent: '' },
    });
    client.close();
  });

  it('closes a connection, and $disconnect hears of it', async () => {
    const { client, id } = await opened();
    const closed = once(client, 'close');
    expect((await manage(id, 'DELETE')).status).toBe(204);
    expect((await closed)[0]).toBe(1000);
    await until(() => events.$disconnect.length === 1);
    expect(events.$disconnect[0]?.requestContext).toMatchObject({ connectionId: id, eventType: 'DISCONNECT' });
  });

  it.each(['POST', 'GET', 'DELETE'])(
    'answers %s for a connection that is gone or never was with 410',
    async (method) => {
      const { client, id } = await opened();
      client.terminate();
      await until(() => events.$disconnect.length === 1);
      for (const unknown of [id, 'nobody=', '%zz', '../x']) {
        const answer = await manage(unknown, method, method === 'POST' ? 'x' : undefined);
        expect(answer.status).toBe(410);
        expect(answer.headers.get('x-amzn-errortype')).toBe('GoneException');
      }
    },
  );

  it('takes 128 KB and answers 413 for more', async () => {
    const { client, id } = await opened();
    const received = once(client, 'message');
    expect((await manage(id, 'POST', 'x'.repeat(131_072))).status).toBe(200);
    expect(((await received) as [Buffer])[0].byteLength).toBe(131_072);
    const answer = await manage(id, 'POST', 'x'.repeat(131_073));
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([413, 'PayloadTooLargeException']);
    client.close();
  });

  it('takes the stage in front, as in the URLs of AWS', async () => {
    const { client, id } = await opened();
    const url = `${gateway.managementUrl}/prod/@connections/${encodeURIComponent(id)}`;
    expect((await signedFetch(url)).status).toBe(200);
    expect((await fetch(url)).status).toBe(403);
    client.close();
  });

  it('is not reachable on the public port', async () => {
    const { client, id } = await opened();
    const answer = await fetch(`${gateway.url}/@connections/${encodeURIComponent(id)}`, { method: 'POST', body: 'x' });
    expect(answer.status).toBe(404);
    client.close();
  });
});

describe('stop', () => {
  it('closes sockets with 1001, tells $disconnect and frees the ports', async () => {
    const { client } = await opened();
    onConnect = () => takesTime(300, { statusCode: 200 });
    const waiting = refusal();
    await until(() => events.$connect.length === 2);
    const closed = once(client, 'close');
    await gateway.stop();
    expect((await closed)[0]).toBe(1001);
    expect(await waiting).toBe(503);
    expect(events.$disconnect[0]?.requestContext).toMatchObject({ disconnectStatusCode: 1001 });
    await expect(fetch(gateway.managementUrl)).rejects.toThrow('fetch failed');
  });

  it('lets nobody in any more, who would keep the port open', async () => {
    const api = createSocketApi({
      functions: [],
      invoker: createInvoker('test'),
      stage: 'test',
      connections: new Map(),
      warn: () => undefined,
    });
    await api.stop();
    const [client, server] = duplexPair();
    const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/ws' });
    api.upgrade(request, server, Buffer.alloc(0));
    expect(await text(client)).toMatch(/^HTTP\/1.1 503 /);
  });
});
