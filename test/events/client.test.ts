import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { listen } from '../../events/client.ts';
import { eventId } from '../../lib/adapters/dynamo/live-ids.ts';

/* The client against a server that does what the platform does only when one of its processes dies. */

let ending: AbortController;
beforeEach(() => (ending = new AbortController()));
afterEach(() => ending.abort());

/** Answers each frame of each connection, the first being 0. */
async function serverThat(answer: (connection: number, frame: { type: string }, socket: WebSocket) => void) {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  let connections = 0;
  sockets.on('connection', (socket) => {
    const connection = connections;
    connections += 1;
    socket.on('message', (text: Buffer) => answer(connection, JSON.parse(text.toString()) as { type: string }, socket));
    socket.send('{"type":"connected"}');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  ending.signal.addEventListener('abort', () => {
    for (const socket of sockets.clients) socket.terminate();
    http.close();
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

/** As relayed by hosts whose clocks differ: the place alone says what is later. */
const update = (place: number): string =>
  JSON.stringify({ type: 'task_update', id: eventId(1_700_000_000_000 - place, place), message: String(place) });

it('passes an update on once and in order, when the place of a process that died is taken by another', async () => {
  const baseUrl = await serverThat((_, { type }, socket) => {
    if (type === 'subscribe') for (const place of [1, 2, 3, 1, 2, 3, 4]) socket.send(update(place));
  });
  const heard: string[] = [];
  const done = Promise.withResolvers<void>();
  void listen({
    baseUrl,
    transport: 'socket',
    channels: ['tasks'],
    credential: async () => ({ token: 't' }),
    onUpdate: (seen) => {
      if (seen.type === 'task_update' && heard.push(seen.message) && seen.message === '4') done.resolve();
    },
    signal: ending.signal,
  });
  await done.promise;
  expect(heard).toEqual(['1', '2', '3', '4']);
});

it('connects again, and resumes, when the platform is too busy to subscribe it', async () => {
  const places: unknown[] = [];
  const done = Promise.withResolvers<void>();
  const baseUrl = await serverThat((connection, frame, socket) => {
    if (frame.type !== 'subscribe') return;
    places.push((frame as { after?: string }).after);
    if (connection > 0) return done.resolve();
    socket.send(update(7));
    socket.send('{"type":"error","error_code":"SERVICE_UNAVAILABLE","message":"Live updates are delayed."}');
  });
  void listen({
    baseUrl,
    transport: 'socket',
    channels: ['tasks'],
    credential: async () => ({ token: 't' }),
    onUpdate: () => undefined,
    signal: ending.signal,
  });
  await done.promise;
  expect(places).toEqual([undefined, eventId(1_700_000_000_000 - 7, 7)]);
});
