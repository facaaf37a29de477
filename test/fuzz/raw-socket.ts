import { connect } from 'node:net';
import * as fc from 'fast-check';

/* What no HTTP client sends. */

const method = fc.constantFrom('GET', 'POST', 'get', 'G\u0000T', 'TRACE', 'CONNECT', 'X'.repeat(3000), '', 'PRI');
const target = fc.constantFrom(
  '/api/v1/mcps',
  '/health/live',
  '*',
  '',
  '//',
  '/%',
  '/%zz',
  '/\\..\\',
  '/api/v1/mcps?%ff=%fe',
  '/../../etc/passwd',
  'http://elsewhere.example/health/live',
  `/${'a/'.repeat(2000)}`,
  '/a b c',
  '/\u00e9',
);
const version = fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'http/1.1', '', 'HTTP/1.1.1');
const header = fc.constantFrom(
  'Host: x',
  'Host: x\r\nHost: y',
  'Content-Length: 10',
  'Content-Length: -1',
  'Content-Length: 1e3',
  'Content-Length: 5\r\nContent-Length: 6',
  'Content-Length: 99999999999999999999',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: chunked\r\nContent-Length: 3',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding : chunked',
  'Expect: 100-continue',
  'Expect: something',
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: x',
  'Connection: close',
  'Connection: keep-alive, close',
  ' folded: yes',
  'no colon',
  ': no name',
  'Na\u0000me: x',
  `X-Long: ${'x'.repeat(20_000)}`,
  'Cookie: a\u0001b',
  'Content-Encoding: gzip',
  'Content-Type: application/json',
  'Authorization: Bearer \u00ff\u00fe',
);
const tail = fc.constantFrom(
  '',
  '{"a":1}',
  '5\r\nhello\r\n0\r\n\r\n',
  'zz\r\n',
  '5\r\nhel',
  '0\r\n\r\nGET /health/live HTTP/1.1\r\n\r\n',
  '\u0000'.repeat(100),
);

/** Bytes that look like a request, more or less. */
export const malformed: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({
        method,
        target,
        version,
        headers: fc.array(header, { maxLength: 5 }),
        end: fc.constantFrom('\r\n', '\n', '\r\r\n'),
        tail,
      })
      .map((parts) =>
        [`${parts.method} ${parts.target} ${parts.version}`, ...parts.headers, '', parts.tail].join(parts.end),
      ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 400 }) },
);

const patienceMs = 5000;
/** A client that says no more; the server may wait for the rest, but not for ever. */
const quietMs = 150;

/** Sends bytes and answers what is wrong with what comes back; undefined when nothing is. */
export function rawFault(port: number, bytes: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    const timer = setTimeout(() => end('did not end within 5 s after its client had'), patienceMs);
    const end = (fault?: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(fault ?? faultIn(Buffer.concat(chunks).toString('latin1')));
    };
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
    socket.on('close', () => end());
    socket.on('error', () => end());
    socket.write(Buffer.from(bytes, 'latin1'), () => setTimeout(() => socket.end(), quietMs));
  });
}

function faultIn(answer: string): string | undefined {
  if (answer === '') return undefined;
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0);
  // 501 and 505 are what RFC 9110 answers to a coding or version that nobody knows.
  if (status === 0 || (status >= 500 && status !== 501 && status !== 505)) return `answered ${answer.slice(0, 200)}`;
  return /node_modules|\.ts:\d|\bat \w+ \(/.test(answer) ? `tells of the inside: ${answer.slice(0, 300)}` : undefined;
}
