import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { newId } from '../../../lib/kernel/ids.ts';
import { gatewayProblem } from './answer.ts';
import { closeAfterWrite } from './close-after-write.ts';

const answers: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
};

/** Answers what is no HTTP request, and closes its connection. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET') return void socket.destroy();
  const [status, detail] = answers[error.code ?? ''] ?? [400, 'This is not a well-formed HTTP request.'];
  const { headers, body } = gatewayProblem('invalid-request', { path: '', requestId: newId(), detail, status });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  closeAfterWrite(socket, `${lines.join('\r\n')}\r\n\r\n${String(body)}`);
}
