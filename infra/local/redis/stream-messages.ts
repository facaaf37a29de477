import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { openConnection } from './connection.ts';
import { encodeCommand, RedisError, type Reply } from './resp.ts';

/**
 * Runs SUBSCRIBE, PSUBSCRIBE or MONITOR on a connection of its own and sends what arrives as server-sent events, until
 * the caller leaves or Redis does. Rejects, with nothing sent yet, when Redis cannot be reached.
 */
export async function streamMessages(url: string, command: string[], response: ServerResponse): Promise<void> {
  const socket: Socket = await openConnection(
    new URL(url),
    (reply) => {
      response.write(event(reply));
      if (reply instanceof RedisError) response.end();
    },
    () => response.headersSent && response.end(),
  );
  response.once('close', () => socket.destroy());
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.flushHeaders();
  socket.write(encodeCommand(command));
}

/** `message,channel,payload`; a payload of several lines takes a `data:` for each, as server-sent events have it. */
function event(reply: Reply): string {
  const text = Array.isArray(reply) ? reply.map(plain).join(',') : plain(reply);
  return `${text
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;
}

function plain(reply: Reply): string {
  if (Array.isArray(reply)) return reply.map(plain).join(',');
  if (Buffer.isBuffer(reply)) return reply.toString('utf8');
  return reply instanceof RedisError ? reply.message : String(reply);
}
