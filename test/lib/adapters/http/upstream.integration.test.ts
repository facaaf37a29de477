import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openUpstream } from '../../../../lib/adapters/http/upstream.ts';
import type { UpstreamRequest } from '../../../../lib/upstream/ports.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const open = openUpstream({ allowPrivate: true });
const strict = openUpstream({ allowPrivate: false });
const get = (url: string, more: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  url,
  method: 'GET',
  headers: {},
  guarded: true,
  headTimeoutMs: 2_000,
  ...more,
});

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('where it connects to', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/',
    'http://[::ffff:169.254.169.254]/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
  ])('is never %s', async (url) => {
    await expect(open.send(get(url))).rejects.toMatchObject({ kind: 'refused-address' });
    await expect(strict.send(get(url))).rejects.toMatchObject({ kind: 'refused-address' });
  });

  it.each(['http://127.0.0.1:9/', 'http://localhost:9/', 'http://[::1]:9/', 'http://10.1.2.3/', 'http://192.168.0.1/'])(
    'is not %s unless the operator allows it',
    async (url) => {
      await expect(strict.send(get(url))).rejects.toMatchObject({ kind: 'refused-address' });
    },
  );

  it('is checked on what the name resolves to, while it connects', async () => {
    const port = await serve((_, response) => response.end('inside'));
    await expect(strict.send(get(`http://localhost:${port}/`))).rejects.toMatchObject({ kind: 'refused-address' });
    const answer = await open.send(get(`http://localhost:${port}/`));
    expect(await textOf(answer.body)).toBe('inside');
    // A connection that was made for somebody trusted does not carry a guarded request.
    const trusted = await strict.send(get(`http://127.0.0.1:${port}/`, { guarded: false }));
    await textOf(trusted.body);
    await expect(strict.send(get(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({ kind: 'refused-address' });
  });

  it('follows a redirect within its origin alone, and says where another leads', async () => {
    const port = await serve(({ url }, response) => {
      if (url === '/away') response.writeHead(302, { location: 'http://169.254.169.254/x?secret=1' }).end();
      else if (url === '/there/') response.end('here');
      else response.writeHead(307, { location: url === '/round' ? '/round' : '/there/' }).end();
    });
    const base = `http://127.0.0.1:${port}`;
    const there = await open.send({ ...get(`${base}/there`), method: 'POST', body: '{}' });
    expect([there.status, await textOf(there.body)]).toEqual([200, 'here']);
    await expect(open.send(get(`${base}/away`))).rejects.toMatchObject({
      kind: 'redirected',
      message: expect.stringContaining('a redirect to http://169.254.169.254/x;') as unknown,
    });
    await expect(open.send(get(`${base}/round`))).rejects.toMatchObject({ kind: 'redirected' });
  });
});

describe('an exchange', () => {
  it('passes the answer on as it comes', async () => {
    let finish = (): void => undefined;
    const port = await serve((_, response) => {
      response.write('first');
      finish = () => void response.end('last');
    });
    const { body } = await open.send(get(`http://127.0.0.1:${port}/`));
    const chunks = body[Symbol.asyncIterator]();
    expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe('first');
    finish();
    expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe('last');
  });

  it('sends the body as it is', async () => {
    const port = await serve((request, response) => void request.pipe(response));
    const answer = await open.send(
      get(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{"n":12345678901234567890}' }),
    );
    expect(await textOf(answer.body)).toBe('{"n":12345678901234567890}');
  });

  it('tells what surely was not sent from what may have been', async () => {
    await expect(open.send(get('http://127.0.0.1:9/'))).rejects.toMatchObject({ kind: 'unsent' });
    await expect(open.send(get('http://no-such-host.invalid/'))).rejects.toMatchObject({ kind: 'unsent' });
    const dropping = await serve((request) => request.socket.destroy());
    await expect(open.send(get(`http://127.0.0.1:${dropping}/`, { method: 'POST', body: 'x' }))).rejects.toMatchObject({
      kind: 'broken',
    });
    const silent = await serve(() => undefined);
    await expect(open.send(get(`http://127.0.0.1:${silent}/`, { headTimeoutMs: 100 }))).rejects.toMatchObject({
      kind: 'timeout',
    });
  });
});
