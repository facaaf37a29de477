import { RedisError, type Reply } from './resp.ts';

// Not yet in TypeScript's library.
const { rawJSON } = JSON as unknown as { rawJSON: (this: void, digits: string) => unknown };

export type Encoding = 'json' | 'base64';

/** `{result}` or `{error}`, as Upstash answers a command. */
export function answer(reply: Reply, encoding: Encoding): { result: unknown } | { error: string } {
  return reply instanceof RedisError ? { error: reply.message } : { result: encode(reply, encoding) };
}

function encode(reply: Reply, encoding: Encoding): unknown {
  if (Array.isArray(reply)) return reply.map((item) => encode(item, encoding));
  if (Buffer.isBuffer(reply)) return reply.toString(encoding === 'base64' ? 'base64' : 'utf8');
  // Upstash leaves this one status readable, and its client relies on that.
  if (typeof reply === 'string') return encoding === 'base64' && reply !== 'OK' ? base64(reply) : reply;
  if (typeof reply === 'bigint') return rawJSON(String(reply));
  if (reply instanceof RedisError) return encode(reply.message, encoding);
  return reply;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
