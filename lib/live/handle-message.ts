import * as z from 'zod';
import { allows, type Caller } from '../kernel/http/caller.ts';
import { Id, newId } from '../kernel/ids.ts';
import type { Limiter } from '../kernel/http/rate-limit.ts';
import type { Authenticator } from '../kernel/lambda/runtime.ts';
import type { Quotas } from '../quotas/quotas.ts';
import { Problem } from '../kernel/errors/problem.ts';
import { isUnchanged } from './disconnect.ts';
import { type Channel, channelPermissions, listenedTo, taskChannel } from './audience.ts';
import { catchUp } from './catch-up.ts';
import { fittingFrame, type FanOutServices } from './fan-out.ts';
import type { Connection } from './ports.ts';

const topic = {
  task_id: Id.optional(),
  channel: z.enum(Object.keys(channelPermissions) as [Channel, ...Channel[]]).optional(),
};
/** `action` is another name of `type`. */
const Frame = z.preprocess(
  (frame) => (isRecord(frame) && !('type' in frame) ? { ...frame, type: frame['action'] } : frame),
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('subscribe'), ...topic, after: z.string().max(64).optional() }),
    z.object({ type: z.literal('unsubscribe'), ...topic }),
    z.object({ type: z.literal('ping') }),
  ]),
);
type Subscription = Extract<z.output<typeof Frame>, { type: 'subscribe' | 'unsubscribe' }>;
type Message = Record<string, unknown>;

export interface FrameServices extends FanOutServices {
  readonly findTask: FindTask;
  readonly authenticator: Authenticator;
  readonly limiter: Limiter;
  readonly quotas: Quotas;
}

/**
 * Looks a task up for a caller. Handed in, because tasks publish their changes by this room.
 * @throws Problem `not-found`, also for somebody else's task.
 */
type FindTask = (
  caller: Caller,
  taskId: string,
) => Promise<{
  readonly id: string;
  readonly status: string;
  readonly progress: number;
  readonly message: string;
  readonly error?: object | undefined;
  readonly result?: unknown;
}>;

/** Does what a client's frame asks for, and answers it on the same socket. What makes no sense is answered, not dropped. */
export async function handleMessage(services: FrameServices, connectionId: string, text: string): Promise<void> {
  const connection = await services.connections.find(connectionId);
  if (!connection) return;
  const requests = services.quotas.limits.frames_per_minute.person;
  const counted = await services.limiter.count(`frames:${connection.caller.userId}`, { requests, windowSeconds: 60 });
  if (counted && !counted.allowed) {
    const refused = refusal('RATE_LIMIT_EXCEEDED', `At most ${requests} frames a minute.`);
    await services.sockets.post(connectionId, { ...refused, retry_after: counted.resetSeconds });
    return;
  }
  for (const message of await answers(services, connection, text)) await services.sockets.post(connectionId, message);
}

async function answers(services: FrameServices, connection: Connection, text: string): Promise<Message[]> {
  const frame = Frame.safeParse(parse(text)).data;
  if (!frame) {
    return [
      refusal('INVALID_REQUEST', 'Send {"type": "subscribe" | "unsubscribe" | "ping", "channel" or "task_id": …}.'),
    ];
  }
  if (frame.type === 'ping') return [control('pong', {})];
  if ((frame.channel === undefined) === (frame.task_id === undefined)) {
    return [refusal('INVALID_REQUEST', 'Name either channel or task_id.')];
  }
  return frame.type === 'subscribe' ? subscribe(services, connection, frame) : unsubscribe(services, connection, frame);
}

async function unsubscribe(
  { connections }: FrameServices,
  { id, caller }: Connection,
  frame: Subscription,
): Promise<Message[]> {
  await connections.unsubscribe(id, channelsOf(caller, frame));
  return [control('unsubscribed', frame)];
}

/** A socket lives no longer than what opened it. */
async function end({ connections, sockets }: FrameServices, { id }: Connection): Promise<Message[]> {
  await sockets.post(id, refusal('UNAUTHORIZED', 'The session is over, or its role has changed. Connect again.'));
  await connections.close(id);
  await sockets.close(id);
  return [];
}

/** The answer to a task's subscription is followed by what the task is now. */
async function subscribe(
  services: FrameServices,
  connection: Connection,
  frame: Extract<Subscription, { type: 'subscribe' }>,
): Promise<Message[]> {
  if (!(await isUnchanged(services, connection.caller))) return end(services, connection);
  const permission = frame.channel === undefined ? 'tasks:read' : channelPermissions[frame.channel];
  if (!allows(connection.caller, permission)) {
    return [{ ...refusal('FORBIDDEN', `Requires permission ${permission}.`), required_permission: permission }];
  }
  const { findTask, connections } = services;
  const channels = channelsOf(connection.caller, frame);
  try {
    if (frame.task_id !== undefined) await findTask(connection.caller, frame.task_id);
    if (frame.after !== undefined) return await resume(services, connection, frame, frame.after);
    await connections.subscribe(connection, channels);
    if (frame.task_id === undefined) return [control('subscribed', frame)];
    // Read after subscribing: a change in between arrives twice rather than never.
    return [control('subscribed', frame), stateOf(await findTask(connection.caller, frame.task_id))];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [refusal(error.code, error.message)];
  }
}

/** What came after an event follows on the answer; where that is not known any more, the answer says so. */
async function resume(
  services: FrameServices,
  connection: Connection,
  frame: Subscription,
  after: string,
): Promise<Message[]> {
  const { liveLog, connections, sockets } = services;
  const channels = channelsOf(connection.caller, frame);
  const place = await liveLog.find(after);
  if (place === undefined) {
    await connections.subscribe(connection, channels);
    return [control('subscribed', frame), control('resync', frame)];
  }
  await sockets.post(connection.id, control('subscribed', frame));
  await catchUp(services, connection, channels, place);
  return [];
}

function stateOf({ id: task_id, status, progress, message, error, result }: Awaited<ReturnType<FindTask>>): Message {
  return fittingFrame({
    id: newId(),
    ...control('task_update', {}),
    task_id,
    status,
    progress,
    message,
    ...(error && { error }),
    ...(result !== undefined && { result }),
  });
}

function channelsOf(caller: Caller, { channel, task_id = '' }: Subscription): string[] {
  return channel === undefined ? [taskChannel(task_id)] : listenedTo(caller, channel);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function control(type: string, { channel, task_id }: Partial<Subscription>): Message {
  return { type, ...(channel && { channel }), ...(task_id && { task_id }), timestamp: new Date().toISOString() };
}

function refusal(error_code: string, message: string): Message {
  return { ...control('error', {}), error_code, message };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is one way of making no sense.
    return undefined;
  }
}
