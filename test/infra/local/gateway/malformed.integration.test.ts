import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, startGateway } from '../../../../infra/local/gateway/server.ts';
import { credentials } from '../temporary-state.ts';
import { installTestHost, rawEndpoint } from './fixture.ts';
import { staysTrue, takesTime, waitUntil } from '../../../wait-until.ts';
import { headersTimeoutMs } from '../../../../infra/local/gateway/limits.ts';

let gateway: Gateway;
let calls = 0;
const crashes: unknown[] = [];
const slow = () => takesTime(150, { statusCode: 200, body: 'done' });
const note = (error: unknown) => crashes.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  installTestHost();
  gateway = await startGateway({
    port: 0,
    stage: 'test',
    credentials,
    warn: note,
    functions: [
      rawEndpoint('post', 'POST /post', (event: { body: string | null }) => {
        calls += 1;
        return { statusCode: 200, body: event.body ?? 'nothing' };
      }),
      rawEndpoint('get', 'GET /get', () => ({ statusCode: 200, body: 'got' })),
      rawEndpoint('slow', 'GET /slow', slow),
    ],
  });
});

afterAll(async () => {
  await gateway.stop();
  process.off('unhandledRejection', note);
});

function dial(): Socket {
  return connect(gateway.port, '127.0.0.1').on('error', () => undefined);
}

/** Sends bytes and takes everything until the connection closes, or until it has been quiet for a while. */
async function talk(...parts: (string | Buffer)[]): Promise<string> {
  const socket = dial();
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  for (const part of parts) {
    socket.write(part);
    await takesTime(20);
  }
  await Promise.race([once(socket, 'close'), takesTime(400)]);
  socket.destroy();
  return text;
}

const head = (first: string, ...more: string[]) => [first, 'Host: localhost', ...more, '', ''].join('\r\n');

describe('what is no request', () => {
  it.each([
    ['noise', 'hello\r\n\r\n'],
    ['bytes', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00])],
    ['no host', 'GET /get HTTP/1.1\r\n\r\n'],
    ['a header with a control character', 'GET /get HTTP/1.1\r\nHost: localhost\r\nX: a\u0000b\r\n\r\n'],
    ['a header name with a space', 'GET /get HTTP/1.1\r\nHost: localhost\r\nX : b\r\n\r\n'],
    ['two lengths', head('POST /post HTTP/1.1', 'Content-Length: 1', 'Content-Length: 2')],
    [
      'a length beside chunks',
      `${head('POST /post HTTP/1.1', 'Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    ],
    ['a negative length', head('POST /post HTTP/1.1', 'Content-Length: -1')],
    ['a broken chunk', `${head('POST /post HTTP/1.1', 'Transfer-Encoding: chunked')}zz\r\n`],
    ['a relative target', head('GET get HTTP/1.1')],
    ['an asterisk', head('OPTIONS * HTTP/1.1')],
  ])('%s answers 400', async (_, bytes) => {
    expect(await talk(bytes)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('headers beyond what a server reads answer 431 as a problem', async () => {
    const answer = await talk(head('GET /get HTTP/1.1', `X: ${'x'.repeat(20_000)}`));
    expect(answer).toMatch(/^HTTP\/1\.1 431 [^]*application\/problem\+json[^]*"error_code":"INVALID_REQUEST"/);
  });

  it('headers over 10,240 bytes answer 431', async () => {
    expect(await talk(head('GET /get HTTP/1.1', `X: ${'x'.repeat(10_300)}`))).toMatch(/^HTTP\/1\.1 431 /);
    expect(await talk(head('GET /get HTTP/1.1', `X: ${'x'.repeat(10_000)}`))).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('unusual requests', () => {
  it('a whole URL as the target is taken', async () => {
    expect(await talk(head('GET http://localhost:1/get HTTP/1.1'))).toMatch(/^HTTP\/1\.1 200 [^]*got$/);
  });

  it('chunks, one byte at a time', async () => {
    const answer = await talk(
      head('POST /post HTTP/1.1', 'Transfer-Encoding: chunked'),
      '1\r\na\r\n',
      '1\r\nb\r\n',
      '0\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*ab$/);
  });

  it('Expect: 100-continue is answered before the body', async () => {
    const answer = await talk(head('POST /post HTTP/1.1', 'Content-Length: 2', 'Expect: 100-continue'), 'hi');
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 [^]*hi$/);
  });

  it('Expect: 100-continue for too much is refused without the body', async () => {
    const answer = await talk(head('POST /post HTTP/1.1', 'Content-Length: 99999999', 'Expect: 100-continue'));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('an offer to upgrade to another protocol is passed over', async () => {
    expect(await talk(head('GET /get HTTP/1.1', 'Connection: Upgrade', 'Upgrade: h2c'))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('two requests in one packet get two answers in order', async () => {
    const answer = await talk(head('GET /slow HTTP/1.1') + head('GET /get HTTP/1.1'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*done[^]*HTTP\/1\.1 200 [^]*got$/);
  });

  it('a method that HTTP knows and no route takes answers 405', async () => {
    expect(await talk(head('PROPFIND /get HTTP/1.1'))).toMatch(/^HTTP\/1\.1 405 /);
  });
});

describe('clients that leave', () => {
  it('in the middle of a body do not reach the function', async () => {
    const before = calls;
    const socket = dial();
    socket.write(head('POST /post HTTP/1.1', 'Content-Length: 100') + 'half');
    await takesTime(30);
    socket.destroy();
    await staysTrue('no call', () => calls === before, 50);
    expect(calls).toBe(before);
  });

  it('before the answer leave everything well', async () => {
    for (let count = 0; count < 20; count += 1) {
      const socket = dial();
      socket.write(head('GET /slow HTTP/1.1'));
      await takesTime(2);
      socket.resetAndDestroy();
    }
    await takesTime(250);
    expect(await talk(head('GET /get HTTP/1.1'))).toMatch(/^HTTP\/1\.1 200 /);
  });
});

it('nothing of all this was an error in the gateway', () => expect(crashes).toEqual([]));

describe('stop', () => {
  it('lets a request under way finish, drops idle connections, and may be asked while a client hangs', async () => {
    let hasBegun = false;
    const begin = () => {
      hasBegun = true;
      return slow();
    };
    const own = await startGateway({
      port: 0,
      stage: 'test',
      credentials,
      functions: [rawEndpoint('slow', 'GET /slow', begin), rawEndpoint('post', 'POST /slow', slow)],
    });
    const idle = connect(own.port, '127.0.0.1').resume();
    const hanging = connect(own.port, '127.0.0.1').resume();
    hanging.write('POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf');
    const answer = fetch(`${own.url}/slow`);
    await waitUntil('the request', () => hasBegun);
    const startedAt = performance.now();
    const closed = Promise.all([once(idle, 'close'), once(hanging, 'close')]);
    await own.stop();
    expect(await (await answer).text()).toBe('done');
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(headersTimeoutMs);
  });

  it('a taken port rejects with EADDRINUSE', async () => {
    await expect(startGateway({ port: gateway.port, stage: 'test', credentials, functions: [] })).rejects.toMatchObject(
      {
        code: 'EADDRINUSE',
      },
    );
  });
});
