import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../../../events/live-event.ts';
import { channelsOf, mayHear } from '../../../lib/live/audience.ts';

const event = (audience: LiveEvent['audience'], more: Partial<LiveEvent> = {}): LiveEvent => ({
  type: 'task_update',
  timestamp: '2026-01-31T09:30:00.000Z',
  audience,
  data: { task_id: 't' },
  ...more,
});
const listener = (
  userId: string,
  role: 'admin' | 'developer',
  permissions: readonly 'tasks:read'[] = ['tasks:read'],
) => ({
  userId,
  role,
  permissions,
});

describe('an event', () => {
  it('of somebody’s is heard by them and by admins', () => {
    const own = event({ user_id: 'ada' });
    const hearers = [listener('ada', 'developer'), listener('bob', 'developer'), listener('root', 'admin')];
    expect(hearers.map((each) => mayHear(each, own))).toEqual([true, false, true]);
  });

  it('that takes a permission is heard by those who have it', () => {
    const guarded = event({ permission: 'tasks:read' });
    expect(mayHear(listener('ada', 'developer'), guarded)).toBe(true);
    expect(mayHear(listener('ada', 'developer', []), guarded)).toBe(false);
  });

  it('of a task is on the task’s channel too, any other on its own alone', () => {
    expect(channelsOf(event({}))).toEqual(['tasks', 'task:t']);
    expect(channelsOf(event({}, { type: 'mcp_changed' }))).toEqual(['mcps']);
  });
});
