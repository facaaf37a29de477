import type { Duplex } from 'node:stream';
import { newId } from '../../../lib/kernel/ids.ts';
import { gatewayProblem } from './answer.ts';

const answers: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
};

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
};

/** Answers what is no HTTP request, and closes its connection. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, detail] = answers[error.code ?? ''] ?? [400, 'This is not a well-formed HTTP request.'];
  const { headers, body } = gatewayProblem('invalid-request', { path: '', requestId: newId(), detail, status });
  const lines = [
    `HTTP/1.1 ${status} ${reasons[status] ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${String(body)}`);
}
