import type { Reply } from './client.ts';

// Not yet in TypeScript's library.
const { rawJSON } = JSON as unknown as { rawJSON: (this: void, digits: string) => unknown };

export type Encoding = 'json' | 'base64';

/** `{result}` or `{error}`, as Upstash answers a command. */
export function answer(reply: Reply, encoding: Encoding): { result: unknown } | { error: string } {
  return reply instanceof Error ? { error: reply.message } : { result: encode(reply, encoding) };
}

function encode(reply: Reply, encoding: Encoding): unknown {
  if (Array.isArray(reply)) return reply.map((item) => encode(item, encoding));
  if (reply instanceof Error) return encode(Buffer.from(reply.message), encoding);
  if (!Buffer.isBuffer(reply)) return reply === null ? null : rawJSON(reply);
  const text = reply.toString('utf8');
  // Upstash leaves this one status readable, and its client relies on that.
  return encoding === 'base64' && text !== 'OK' ? reply.toString('base64') : text;
}
