import type { LiveEvent } from '../../events/live-event.ts';
import { type Caller, owns, type Permission, allows } from '../kernel/http/caller.ts';
import type { LoggedEvent } from './ports.ts';

type Listener = Pick<Caller, 'userId' | 'role' | 'permissions'>;

/** Whether somebody may hear of an event. */
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

const channels = {
  task_update: 'tasks',
  deployment_status: 'deployments',
  mcp_changed: 'mcps',
  broadcast: everybody,
} as const;

/** Where an event is heard. */
export function channelsOf({ type, data }: LiveEvent): string[] {
  const taskId = data['task_id'];
  return [channels[type], ...(type === 'task_update' && typeof taskId === 'string' ? [taskChannel(taskId)] : [])];
}

export function taskChannel(taskId: string): string {
  return `task:${taskId}`;
}
