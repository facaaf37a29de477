import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';

let app: App;
let user: SignedUp;
let tool: string;
beforeAll(async () => {
  app = await startApp();
  user = await app.signUp();
  const description = 'Forecasts for any place on earth, by the hour. '.repeat(100);
  const made = await app.call('POST', '/api/v1/mcps', {
    token: user.token,
    json: { name: 'Acme', slug: 'acme', version: '1.0.0', description, config: { servers: [] } },
  });
  tool = `/api/v1/mcps/${String(made.body['id'])}`;
});

interface Raw {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

/** Without fetch, which unpacks. */
const raw = (method: string, path: string, headers: Record<string, string> = {}): Promise<Raw> =>
  new Promise((resolve, reject) => {
    const sent = request(`${app.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${user.token}`, ...headers },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.end();
  });

describe('an answer', () => {
  it.each(['/api/v1/mcps', '/health/live', '/nowhere', '/api/v1/auth/me'])(
    'of %s is guarded against misuse by browsers',
    async (path) => {
      const { headers } = await raw('GET', path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': expect.any(String) as unknown,
      });
    },
  );

  it("of the documentation lets its own scripts run and nobody else's", async () => {
    const { headers } = await raw('GET', '/api/docs');
    expect(headers['content-security-policy']).toMatch(/script-src 'self';/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe-eval|script-src[^;]*(unsafe-inline|\*|http)/);
  });

  it('is not sent again to who has it', async () => {
    for (const path of [tool, '/api/v1/mcps', '/api/openapi.json', '/.well-known/jwks.json']) {
      const first = await raw('GET', path);
      const etag = String(first.headers['etag']);
      expect(etag).toMatch(/^(W\/)?"[^"]+"$/);
      for (const known of [etag, `"other", ${etag}`, `W/${etag.replace('W/', '')}`, '*']) {
        const again = await raw('GET', path, { 'if-none-match': known });
        expect([path, again.status, again.body.length]).toEqual([path, 304, 0]);
        expect(again.headers['etag']).toBe(etag);
      }
      expect((await raw('GET', path, { 'if-none-match': '"other"' })).status).toBe(200);
    }
  });

  it('is sent again when it has changed', async () => {
    const { headers } = await raw('GET', tool);
    await app.call('PUT', tool, { token: user.token, json: { name: 'Acme 2' } });
    const again = await raw('GET', tool, { 'if-none-match': String(headers['etag']) });
    expect([again.status, again.headers['etag'] === headers['etag']]).toEqual([200, false]);
  });

  it('is packed when that pays and the client can unpack it', async () => {
    const plain = await raw('GET', tool);
    const packed = await raw('GET', tool, { 'accept-encoding': 'br, gzip;q=0.8' });
    expect(packed.headers).toMatchObject({
      'content-encoding': 'gzip',
      vary: expect.stringContaining('Accept-Encoding') as unknown,
    });
    expect(gunzipSync(packed.body)).toEqual(plain.body);
    expect(packed.body.length).toBeLessThan(plain.body.length / 2);
    expect(plain.headers['vary']).toContain('Accept-Encoding');
    for (const accept of ['identity', 'gzip;q=0', 'br'])
      expect((await raw('GET', tool, { 'accept-encoding': accept })).headers['content-encoding']).toBeUndefined();
    const small = await raw('GET', '/api/v1/auth/me', { 'accept-encoding': 'gzip' });
    expect(small.headers['content-encoding']).toBeUndefined();
  });

  it('to HEAD is that to GET without its body', async () => {
    const [get, head] = [await raw('GET', tool), await raw('HEAD', tool)];
    expect([head.status, head.body.length, head.headers['etag']]).toEqual([200, 0, get.headers['etag']]);
  });

  it('to OPTIONS says what is allowed, and a trailing slash leads to the address without it', async () => {
    const options = await raw('OPTIONS', '/api/v1/mcps');
    expect([options.status, options.headers['allow']]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
    const slash = await raw('GET', '/api/v1/mcps/?page=2');
    expect([slash.status, slash.headers['location']]).toEqual([308, '/api/v1/mcps?page=2']);
  });
});
