import type { IncomingMessage } from 'node:http';
import { maxPayloadBytes } from './limits.ts';

/** Its bytes; undefined when there is none. */
type Body = Buffer | undefined;

/**
 * Reads a request's body up to the payload limit; what comes after is read and thrown away by node:http once the answer is out.
 * `gone` when the client left before it was through.
 */
export async function readBody(request: IncomingMessage): Promise<{ body: Body } | 'too-large' | 'gone'> {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (coding === undefined && (length === undefined || Number(length) === 0)) return { body: undefined };
  if (declaresTooMuch(request)) return 'too-large';
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= maxPayloadBytes) chunks.push(chunk);
      else resolve('too-large');
    });
    request.once('end', () => resolve({ body: bytes === 0 ? undefined : Buffer.concat(chunks, bytes) }));
    request.once('error', () => resolve('gone'));
    request.once('close', () => resolve('gone'));
  });
}

/** Whether the request says of itself that its body is over the limit. */
export function declaresTooMuch({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > maxPayloadBytes;
}
