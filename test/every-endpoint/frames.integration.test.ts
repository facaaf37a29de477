import { on, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Permission } from '../../lib/kernel/http/caller.ts';
import { type App, newSigningKeys, startApp } from '../harness.ts';
import { type CallerKind, everyCaller } from './callers.ts';
import { inBatches } from './in-batches.ts';
import { makers } from './objects.ts';

/*
 * Every frame that a WebSocket takes × every kind of caller × own and other people's things.
 */

interface Frame {
  readonly type: 'ping' | 'subscribe' | 'unsubscribe';
  readonly channel?: string;
  readonly task_id?: string;
}

const channels: Readonly<Record<string, Permission>> = {
  tasks: 'tasks:read',
  deployments: 'deployments:read',
  mcps: 'mcps:read',
};

let app: App;
let callers: CallerKind[];
let someonesTask: string;
let adminsTask: string;
beforeAll(async () => {
  const JWT_PRIVATE_KEYS = await newSigningKeys();
  app = await startApp({ env: { JWT_PRIVATE_KEYS, ADMIN_TOTP: 'optional', QUOTAS: '{"frames_per_minute":100000}' } });
  const admin = await app.enterAdmin();
  callers = await everyCaller(app, JWT_PRIVATE_KEYS, admin);
  const make = makers['task_id'];
  if (!make) throw new Error('nobody makes tasks');
  [someonesTask, adminsTask] = [await make(app, await app.signUp()), await make(app, admin)];
});

/** The socket of a caller, or the status that refused it. */
async function open({ credential: { token, apiKey } }: CallerKind): Promise<WebSocket | number> {
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(apiKey !== undefined && { 'x-api-key': apiKey }),
  };
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws`, { headers });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_request, { statusCode }: IncomingMessage) => resolve(statusCode ?? 0));
    socket.once('error', reject);
  });
}

/** The next answer to a frame; live events that come between are none. */
async function ask(socket: WebSocket, frame: Frame): Promise<{ type: string; error_code?: string }> {
  // Listens before it sends and until it ends: two messages may come in one piece.
  const messages = on(socket, 'message', { signal: AbortSignal.timeout(100_000) });
  socket.send(JSON.stringify(frame));
  for await (const [data] of messages as AsyncIterable<[Buffer]>) {
    const message = JSON.parse(data.toString()) as { type: string; error_code?: string };
    if (['pong', 'subscribed', 'unsubscribed', 'error'].includes(message.type)) return message;
  }
  throw new Error('the socket was closed');
}

/** What each frame has to be answered to a caller who got in. Admins and their keys may read everybody's tasks. */
function expectations({ name, may = () => false }: CallerKind): [frame: Frame, expected: string][] {
  const ofTasks = may('tasks:read')
    ? ['viewer', 'developer'].includes(name)
      ? 'NOT_FOUND'
      : 'subscribed'
    : 'FORBIDDEN';
  return [
    [{ type: 'ping' }, 'pong'],
    ...Object.entries(channels).flatMap(([channel, permission]): [Frame, string][] => [
      [{ type: 'subscribe', channel }, may(permission) ? 'subscribed' : 'FORBIDDEN'],
      [{ type: 'unsubscribe', channel }, 'unsubscribed'],
    ]),
    [{ type: 'subscribe', task_id: someonesTask }, ofTasks],
    [{ type: 'subscribe', task_id: adminsTask }, ofTasks],
    [{ type: 'unsubscribe', task_id: someonesTask }, 'unsubscribed'],
  ];
}

async function faultsOf(caller: CallerKind): Promise<string[]> {
  const socket = await open(caller);
  if (typeof socket === 'number')
    return caller.may || socket !== 401 ? [`${caller.name} was refused with ${socket}`] : [];
  if (!caller.may) return [`${caller.name} got in`];
  const faults: string[] = [];
  try {
    for (const [frame, expected] of expectations(caller)) {
      const { type, error_code } = await ask(socket, frame);
      const got = type === 'error' ? error_code : type;
      if (got !== expected) faults.push(`${JSON.stringify(frame)} of ${caller.name}: ${got}, not ${expected}`);
    }
  } finally {
    socket.close();
    await once(socket, 'close');
  }
  return faults;
}

describe('a frame', () => {
  it('does what its sender may do, for every frame and every kind of caller', async () => {
    expect(callers.length).toBeGreaterThan(40);
    expect((await inBatches(callers, faultsOf)).flat()).toEqual([]);
  });
});
