import type { LiveEvent } from '../../events/live-event.ts';
import { type Caller, isAdmin, owns, type Permission, allows } from '../kernel/http/caller.ts';
import type { LoggedEvent } from './ports.ts';

type Listener = Pick<Caller, 'userId' | 'role' | 'permissions'>;

/** Whether somebody may get an event. */
export function mayHear(listener: Listener, { audience }: LiveEvent): boolean {
  if (audience.user_id !== undefined && !owns(listener, audience.user_id)) return false;
  return audience.permission === undefined || allows(listener, audience.permission as Permission);
}

/** The event as its hearers get it. */
export function wireForm({ id, event }: LoggedEvent): Record<string, unknown> {
  return { type: event.type, id, timestamp: event.timestamp, ...event.data };
}

/** Every connection listens to this one. */
export const everybody = 'everybody';

/** Where the connections of one person are found. */
export function personChannel(userId: string): string {
  return `person:${userId}`;
}

/** What a client may subscribe to, with the permission that it takes. */
export const channelPermissions = {
  tasks: 'tasks:read',
  deployments: 'deployments:read',
  mcps: 'mcps:read',
} as const satisfies Record<string, Permission>;
export type Channel = keyof typeof channelPermissions;

const channelOfType = {
  task_update: 'tasks',
  deployment_status: 'deployments',
  mcp_changed: 'mcps',
  broadcast: everybody,
} as const;

/** Where an event is published. What is for one person alone goes to them and to the admins, not past everybody. */
export function channelsOf({ type, data, audience }: LiveEvent): string[] {
  const channel = channelOfType[type];
  const taskId = data['task_id'];
  return [
    ...(audience.user_id === undefined ? [channel] : [`${channel}:${audience.user_id}`, `${channel}:admins`]),
    ...(type === 'task_update' && typeof taskId === 'string' ? [taskChannel(taskId)] : []),
  ];
}

/** Where somebody who subscribes to a channel listens. */
export function listenedTo(listener: Listener, channel: Channel): string[] {
  return [channel, `${channel}:${isAdmin(listener) ? 'admins' : listener.userId}`];
}

export function taskChannel(taskId: string): string {
  return `task:${taskId}`;
}
