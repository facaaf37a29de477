import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Gateway, startGateway } from '../../../../infra/local/gateway/server.ts';
import { credentials } from '../temporary-state.ts';
import type { Declaration } from '../../../../lib/kernel/lambda/declaration.ts';
import { stream } from '../../../../lib/kernel/http/stream.ts';
import { installTestHost, planted } from './fixture.ts';
import { staysTrue, takesTime, waitUntil } from '../../../wait-until.ts';

let gateway: Gateway;
let host: ReturnType<typeof installTestHost>;
let yielded: number;
let aborted: boolean;
let unasked = 0;
const warnings: string[] = [];

/** Chunks that the reader has. */
let arrived = 0;

/** Goes on after a while, or as soon as its reader has what was yielded. */
function counting(id: string, chunks: number, pauseMs: number | 'read', text = 'x', method: 'GET' | 'POST' = 'GET') {
  return planted(
    id,
    stream({
      route: `${method} /${id}`,
      summary: 'Counts',
      permission: 'public',
      limit: 'off',
      produces: 'text/event-stream',
      run: async function* ({ signal }) {
        signal.addEventListener('abort', () => (aborted = true));
        for (let n = 1; n <= chunks; n += 1) {
          yielded = n;
          yield `data: ${n}${text}\n\n`;
          if (pauseMs === 'read') await waitUntil(`chunk ${n} arrives`, () => arrived >= n);
          else await takesTime(pauseMs);
        }
      },
    }),
  );
}

/** Streaming code that is not made by the declarator. */
function rawStream(id: string, run: (out: NodeJS.WritableStream) => Promise<void>, timeoutSeconds = 5) {
  const declaration = {
    kind: 'stream',
    route: `GET /${id}`,
    permission: 'public',
    summary: id,
    timeoutSeconds,
    produces: 'text/plain',
  };
  const handler = (_: never, out: NodeJS.WritableStream) => run(out);
  return planted(
    id,
    Object.assign(handler, { declaration }) as never as {
      declaration: Extract<Declaration, { kind: 'stream' }>;
    } & (() => Promise<void>),
  );
}

const from = (out: NodeJS.WritableStream, head: object): NodeJS.WritableStream =>
  (
    globalThis as never as {
      awslambda: { HttpResponseStream: { from: (o: unknown, h: object) => NodeJS.WritableStream } };
    }
  ).awslambda.HttpResponseStream.from(out, head);

beforeAll(async () => {
  host = installTestHost();
  gateway = await startGateway({
    port: 0,
    stage: 'test',
    credentials,
    warn: (message) => warnings.push(message),
    functions: [
      counting('count', 3, 'read'),
      counting('endless', 1_000_000, 5),
      counting('work', 1_000_000, 5, 'x', 'POST'),
      counting('flood', 200, 0, 'x'.repeat(100_000)),
      planted(
        'refusing',
        stream({
          route: 'GET /refusing',
          summary: 'Refuses',
          permission: 'tasks:read',
          limit: 'off',
          produces: 'text/event-stream',
          run: async function* () {
            yield 'never';
          },
        }),
      ),
      rawStream('throwing', () => Promise.reject(new Error('a bug'))),
      rawStream('torn', async (out) => {
        from(out, { statusCode: 200 }).write('half');
        await takesTime(20);
        throw new Error('a bug');
      }),
      rawStream('unasked', async (out) => {
        unasked += 1;
        from(out, { statusCode: 200 }).end('x');
      }),
      rawStream('silent', async (out) => void out.end()),
      rawStream(
        'hanging',
        async (out) => {
          from(out, { statusCode: 200 }).write('first');
          await takesTime(400);
        },
        0.1,
      ),
      rawStream('unended', async (out) => void from(out, { statusCode: 202 }).write('all')),
    ],
  });
});

beforeEach(() => {
  yielded = 0;
  arrived = 0;
  aborted = false;
  warnings.length = 0;
});

afterAll(() => gateway.stop());

const open = async (path: string, method = 'GET'): Promise<IncomingMessage> => {
  const request = httpRequest(gateway.url + path, { method });
  request.on('error', () => undefined);
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
};

describe('a stream behind the gateway', () => {
  it('flows chunk by chunk, while the function still runs', async () => {
    const answer = await fetch(`${gateway.url}/count`);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString('utf8');
      arrived = text.split('\n\n').length - 1;
    }
    expect(text).toBe('data: 1x\n\ndata: 2x\n\ndata: 3x\n\n');
  });

  it('answers a refusal as an ordinary problem', async () => {
    const answer = await fetch(`${gateway.url}/refusing`);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error_code: 'UNAUTHORIZED' });
  });

  it('ends when its client goes away', async () => {
    const response = await open('/endless');
    await once(response, 'data');
    response.destroy();
    await expect.poll(() => aborted).toBe(true);
  });

  it('is not aborted when its client goes away while it does something', async () => {
    const response = await open('/work', 'POST');
    await once(response, 'data');
    response.destroy();
    const before = yielded;
    await waitUntil('five more pieces', () => yielded > before + 5);
    expect(aborted).toBe(false);
  });

  it('waits for a client that reads slowly', async () => {
    const response = await open('/flood');
    await staysTrue('no more is made than is read', () => yielded < 200, 150);
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) bytes += chunk.byteLength;
    expect(bytes).toBeGreaterThan(20_000_000);
  });

  it('is not started by HEAD, which is no method of it', async () => {
    const answer = await fetch(`${gateway.url}/unasked`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([405, '']);
    expect(unasked).toBe(0);
  });

  it('ends when the function has returned without ending it', async () => {
    const answer = await fetch(`${gateway.url}/unended`);
    expect([answer.status, await answer.text()]).toEqual([202, 'all']);
  });
});

describe('a stream that breaks', () => {
  it.each([
    ['/throwing', 'throwing failed'],
    ['/silent', 'silent gave no answer that can be sent'],
  ])('%s before its head answers 502', async (path, warning) => {
    const answer = await fetch(gateway.url + path);
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ error_code: 'UPSTREAM_ERROR' });
    expect(warnings).toEqual([warning]);
  });

  it.each(['/torn', '/hanging'])('%s after its head is cut off, so that the client can tell', async (path) => {
    const answer = await fetch(gateway.url + path);
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow('terminated');
    expect(warnings).toEqual([`${path.slice(1)} failed`]);
  });
});

describe('invoke', () => {
  it("collects a stream's answer", async () => {
    arrived = 3;
    const event = { httpMethod: 'GET', path: '/count', headers: {}, requestContext: { identity: { sourceIp: '::1' } } };
    expect(await gateway.invoke('count', event)).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: 'data: 1x\n\ndata: 2x\n\ndata: 3x\n\n',
    });
    expect(host.lines.at(-1)).toContain('"status":200');
  });
});

describe('stop', () => {
  it('ends streams at once', async () => {
    const response = await open('/endless');
    response.on('data', () => undefined);
    const startedAt = performance.now();
    const ended = once(response, 'close');
    await gateway.stop();
    await ended;
    // What does not end by itself is waited for so long.
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    await expect(fetch(`${gateway.url}/count`)).rejects.toThrow('fetch failed');
  });
});
