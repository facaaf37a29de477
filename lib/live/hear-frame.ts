import * as z from 'zod';
import { allows, type Permission } from '../kernel/caller.ts';
import { taskChannel } from './audience.ts';
import type { Connection, ConnectionStore, Sockets } from './ports.ts';

const channelPermissions = {
  tasks: 'tasks:read',
  deployments: 'deployments:read',
  mcps: 'mcps:read',
} as const satisfies Record<string, Permission>;

const Topic = { task_id: z.uuid().optional(), channel: z.enum(['tasks', 'deployments', 'mcps']).optional() };
const Frame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('subscribe'), ...Topic }),
  z.object({ type: z.literal('unsubscribe'), ...Topic }),
  z.object({ type: z.literal('ping') }),
]);
type Topic = { readonly task_id?: string | undefined; readonly channel?: keyof typeof channelPermissions | undefined };

/** What a task is now, for who subscribes to it; undefined when the caller may not know of it. */
export type TaskState = (caller: Connection['caller'], taskId: string) => Promise<Record<string, unknown> | undefined>;

export interface FrameServices {
  readonly connections: ConnectionStore;
  readonly sockets: Sockets;
}

/** Does what a client's frame asks for, and answers it on the same socket. What makes no sense is answered, not dropped. */
export async function hearFrame(services: FrameServices, connectionId: string, text: string): Promise<void> {
  const connection = await services.connections.find(connectionId);
  if (!connection) return;
  await services.sockets.post(connectionId, await answer(services, connection, text));
}

async function answer(
  { connections }: FrameServices,
  connection: Connection,
  text: string,
): Promise<Record<string, unknown>> {
  const frame = Frame.safeParse(parse(text)).data;
  if (!frame)
    return refusal(
      'INVALID_REQUEST',
      'Send {"type": "subscribe" | "unsubscribe" | "ping", "channel" or "task_id": …}.',
    );
  if (frame.type === 'ping') return { type: 'pong', timestamp: now() };
  const channel = channelOf(frame);
  if (channel === undefined) return refusal('INVALID_REQUEST', 'Name either channel or task_id.');
  const told = frame.task_id === undefined ? { channel: frame.channel } : { task_id: frame.task_id };
  if (frame.type === 'unsubscribe') {
    await connections.unsubscribe(connection.id, channel);
    return { type: 'unsubscribed', ...told, timestamp: now() };
  }
  const permission = frame.channel === undefined ? 'tasks:read' : channelPermissions[frame.channel];
  if (!allows(connection.caller, permission))
    return { ...refusal('FORBIDDEN', `This takes the permission ${permission}.`), required_permission: permission };
  await connections.subscribe(connection, channel);
  return { type: 'subscribed', ...told, timestamp: now() };
}

function channelOf({ channel, task_id }: Topic): string | undefined {
  if ((channel === undefined) === (task_id === undefined)) return undefined;
  return channel ?? taskChannel(task_id ?? '');
}

function refusal(error_code: string, message: string): Record<string, unknown> {
  return { type: 'error', error_code, message, timestamp: now() };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is one way of making no sense.
    return undefined;
  }
}

function now(): string {
  return new Date().toISOString();
}
