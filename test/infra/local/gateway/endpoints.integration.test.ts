import { request as httpRequest } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { endpoint } from '../../../../lib/kernel/http/endpoint.ts';
import { type Gateway, startGateway } from '../../../../infra/local/gateway/server.ts';
import { credentials } from '../temporary-state.ts';
import { installTestHost, planted, rawEndpoint } from './fixture.ts';
import { takesTime } from '../../../wait-until.ts';

const echo = (event: APIGatewayProxyEvent) => ({ statusCode: 200, body: JSON.stringify(event) });
const warnings: string[] = [];
let gateway: Gateway;

beforeAll(async () => {
  installTestHost();
  gateway = await startGateway({
    port: 0,
    stage: 'test',
    credentials,
    warn: (message) => warnings.push(message),
    functions: [
      planted(
        'greet',
        endpoint({
          route: 'POST /hello/{name}',
          summary: 'Greets',
          permission: 'public',
          limit: 'off',
          params: z.object({ name: z.string() }),
          body: z.object({ greeting: z.string() }),
          output: z.object({ text: z.string() }),
          run: ({ params, body }) => ({ text: `${body.greeting}, ${params.name}` }),
        }),
      ),
      rawEndpoint('echo', 'GET /echo/{value}', echo),
      rawEndpoint('echo-post', 'POST /echo', echo),
      rawEndpoint('throwing', 'GET /throwing', () => {
        throw new Error('a bug');
      }),
      rawEndpoint('garbage', 'GET /garbage', () => 'hello'),
      rawEndpoint('late', 'GET /late', () => takesTime(200), 0.05),
      rawEndpoint('large', 'GET /large', () => ({ statusCode: 200, body: 'x'.repeat(6_400_000) })),
      rawEndpoint('split', 'GET /split', () => ({ statusCode: 200, headers: { 'x-a': 'b\r\nx-c: d' }, body: '' })),
      rawEndpoint('binary', 'GET /binary', () => ({
        statusCode: 200,
        headers: { 'content-type': 'image/png' },
        body: Buffer.from([0, 255, 1]).toString('base64'),
        isBase64Encoded: true,
      })),
      rawEndpoint('cookies', 'GET /cookies', () => ({
        statusCode: 200,
        headers: { 'set-cookie': 'lost=1', connection: 'close', 'transfer-encoding': 'gzip' },
        multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
        body: 'ok',
      })),
      rawEndpoint('nothing', 'DELETE /echo', () => ({ statusCode: 204, body: '' })),
    ],
  });
});

afterAll(() => gateway.stop());

const get = (path: string, init?: RequestInit) => fetch(gateway.url + path, init);

/** fetch tidies a path up; this sends it as it is. */
function raw(path: string, options: { method?: string; headers?: Record<string, string | string[]> } = {}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    httpRequest({ port: gateway.port, host: '127.0.0.1', path, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe('an endpoint behind the gateway', () => {
  it('gets its decoded parameter and its body, and its answer goes out', async () => {
    const answer = await get('/hello/J%C3%BCrgen', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ greeting: 'Hello' }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ text: 'Hello, Jürgen' });
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers a problem of its own for a wrong body', async () => {
    const answer = await get('/hello/you', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'no' });
    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({ error_code: 'UNSUPPORTED_MEDIA_TYPE', instance: '/hello/you' });
  });

  it('keeps an encoded slash inside its parameter', async () => {
    const { body } = await raw('/echo/a%2Fb%252F');
    expect(JSON.parse(body)).toMatchObject({ path: '/echo/a%2Fb%252F', pathParameters: { value: 'a/b%2F' } });
  });

  it('gets no normalised dots', async () => {
    const { body } = await raw('/echo/%2e%2e');
    expect(JSON.parse(body)).toMatchObject({ path: '/echo/%2e%2e', pathParameters: { value: '..' } });
    expect((await raw('/echo/../garbage')).status).toBe(404);
  });

  it('gets a binary body as base64 and a text body as text', async () => {
    const binary = await get('/echo', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array([1, 2, 255]),
    });
    expect(await binary.json()).toMatchObject({ isBase64Encoded: true, body: 'AQL/' });
    const text = await get('/echo', {
      method: 'POST',
      headers: { 'content-type': 'application/ld+json' },
      body: '{"ü":1}',
    });
    expect(await text.json()).toMatchObject({ isBase64Encoded: false, body: '{"ü":1}' });
  });

  it('sends a base64 answer as bytes', async () => {
    const answer = await get('/binary');
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(new Uint8Array([0, 255, 1]));
    expect(answer.headers.get('content-type')).toBe('image/png');
  });

  it('sends repeated headers and none that belong to a connection', async () => {
    const answer = await get('/cookies');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(answer.headers.get('connection')).not.toBe('close');
    expect(await answer.text()).toBe('ok');
  });

  it('answers HEAD like GET without the body', async () => {
    const answer = await get('/binary', { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe('3');
    expect(await answer.text()).toBe('');
  });

  it('sends a 204 without body and length', async () => {
    const answer = await get('/echo', { method: 'DELETE' });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('content-length')).toBeNull();
  });
});

describe('what goes wrong', () => {
  it.each([
    ['a handler that throws', '/throwing', 502, 'UPSTREAM_ERROR'],
    ['an answer that is none', '/garbage', 502, 'UPSTREAM_ERROR'],
    ['an answer over 6 MB', '/large', 502, 'UPSTREAM_ERROR'],
    ['an answer that would split a header', '/split', 502, 'UPSTREAM_ERROR'],
    ['a handler that takes too long', '/late', 504, 'UPSTREAM_TIMEOUT'],
    ['an unknown path', '/unknown', 404, 'NOT_FOUND'],
    ['a trailing slash', '/binary/', 404, 'NOT_FOUND'],
    ['a doubled slash', '/echo//x', 404, 'NOT_FOUND'],
    ['a path that is not percent-encoded', '/echo/%zz', 400, 'INVALID_REQUEST'],
    ['a path that is not UTF-8', '/echo/%ff', 400, 'INVALID_REQUEST'],
    ['a long URL', `/echo/${'a'.repeat(11_000)}`, 431, 'INVALID_REQUEST'],
  ])('%s answers a problem', async (_, path, status, error_code) => {
    const answer = await get(path, { headers: { 'x-request-id': 'my-request' } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('x-request-id')).toBe('my-request');
    expect(await answer.json()).toMatchObject({ status, error_code, instance: path, request_id: 'my-request' });
  });

  it('tells why on the terminal, not to the client', async () => {
    warnings.length = 0;
    await get('/throwing');
    expect(warnings).toEqual(['throwing failed']);
  });

  it('a wrong method answers 405', async () => {
    expect((await get('/binary', { method: 'PUT' })).status).toBe(405);
    expect((await get('/binary', { method: 'OPTIONS' })).status).toBe(405);
  });

  it('a request over 6 MB as an event answers 413', async () => {
    const answer = await get('/echo', { method: 'POST', body: 'x'.repeat(6_300_000) });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error_code: 'PAYLOAD_TOO_LARGE' });
  });

  it('a request over 10 MB answers 413, announced or not', async () => {
    const big = 'x'.repeat(11_000_000);
    expect((await get('/echo', { method: 'POST', body: big })).status).toBe(413);
    const chunked = new ReadableStream({
      start: (controller) => {
        for (let sent = 0; sent < 11; sent += 1) controller.enqueue(Buffer.alloc(1_000_000, 'x'));
        controller.close();
      },
    });
    expect((await get('/echo', { method: 'POST', body: chunked, duplex: 'half' })).status).toBe(413);
  });
});

describe('invoke', () => {
  it('runs a function on an event', async () => {
    expect(await gateway.invoke('nothing', {})).toEqual({ statusCode: 204, body: '' });
  });

  it('refuses an unknown function', async () => {
    await expect(gateway.invoke('nobody', {})).rejects.toThrow('There is no function nobody.');
  });
});

describe('the fallback function', () => {
  it.each([
    ['GET', '/unknown/a%2Fb', { proxy: 'unknown/a/b' }],
    ['OPTIONS', '/known', { proxy: 'known' }],
    ['PUT', '/known', { proxy: 'known' }],
    ['GET', '/known/', { proxy: 'known/' }],
    ['HEAD', '/posting', { proxy: 'posting' }],
    ['GET', '/', null],
  ])('gets %s %s', async (method, path, pathParameters) => {
    const seen: APIGatewayProxyEvent[] = [];
    const own = await startGateway({
      port: 0,
      stage: 'test',
      credentials,
      functions: [
        rawEndpoint('fallback', 'ANY /{proxy+}', (event: APIGatewayProxyEvent) => {
          seen.push(event);
          return { statusCode: 404, body: '' };
        }),
        rawEndpoint('known', 'GET /known', () => ({ statusCode: 200, body: '' })),
        rawEndpoint('posting', 'POST /posting', () => ({ statusCode: 200, body: '' })),
      ],
    });
    expect((await fetch(own.url + path, { method })).status).toBe(404);
    expect(seen).toMatchObject([{ httpMethod: method, path, resource: '/{proxy+}', pathParameters }]);
    expect((await fetch(`${own.url}/known`, { method: 'HEAD' })).status).toBe(200);
    await own.stop();
  });
});
