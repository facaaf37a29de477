import { describe, expect, it } from 'vitest';
import { notFound } from '../../../lib/kernel/errors/problem.ts';
import type { Caller, Permission } from '../../../lib/kernel/http/caller.ts';
import { type FrameServices, handleMessage } from '../../../lib/live/handle-message.ts';
import { defaultQuotas } from '../../../lib/quotas/quotas.ts';

const taskId = '019c1385-1a40-7000-8000-000000000001';

/** What a caller's frame is answered, and what they listen to afterwards. */
async function answersTo(frame: unknown, permissions: readonly Permission[], ownerOfTask = 'ada') {
  const caller: Caller = { userId: 'ada', role: 'developer', permissions };
  const posted: Record<string, unknown>[] = [];
  const channels: string[] = [];
  const services = {
    connections: {
      find: async () => ({ id: 'c', caller }),
      subscribe: async (_connection: unknown, added: readonly string[]) => void channels.push(...added),
    },
    sockets: { post: async (_id: string, message: Record<string, unknown>) => (posted.push(message), true) },
    findTask: async ({ userId }: Caller, id: string) => {
      if (userId !== ownerOfTask) throw notFound('task', id);
      return { id, status: 'running', progress: 10, message: '' };
    },
    authenticator: { recheck: async () => caller },
    limiter: { count: async () => undefined },
    quotas: { limits: defaultQuotas },
  } as unknown as FrameServices;
  await handleMessage(services, 'c', typeof frame === 'string' ? frame : JSON.stringify(frame));
  return { codes: posted.map(({ type, error_code }) => error_code ?? type), channels };
}

describe('a frame', () => {
  it.each([
    ['tasks', 'tasks:read'],
    ['deployments', 'deployments:read'],
    ['mcps', 'mcps:read'],
  ] as const)('to subscribe to %s requires %s', async (channel, permission) => {
    const frame = { type: 'subscribe', channel };
    expect(await answersTo(frame, [permission])).toEqual({
      codes: ['subscribed'],
      channels: [channel, `${channel}:ada`],
    });
    expect(await answersTo(frame, ['mcp:call'])).toEqual({ codes: ['FORBIDDEN'], channels: [] });
  });

  it('to subscribe to a task requires that it is one’s own', async () => {
    const frame = { type: 'subscribe', task_id: taskId };
    expect(await answersTo(frame, ['tasks:read'])).toEqual({
      codes: ['subscribed', 'task_update'],
      channels: [`task:${taskId}`],
    });
    expect(await answersTo(frame, ['tasks:read'], 'bob')).toEqual({ codes: ['NOT_FOUND'], channels: [] });
    expect(await answersTo(frame, ['mcps:read'])).toEqual({ codes: ['FORBIDDEN'], channels: [] });
  });

  it.each([
    'no JSON',
    '[]',
    { type: 'nonsense' },
    { type: 'subscribe' },
    { type: 'subscribe', channel: 'tasks', task_id: taskId },
  ])('that makes no sense is answered: %j', async (frame) => {
    expect(await answersTo(frame, ['tasks:read'])).toEqual({ codes: ['INVALID_REQUEST'], channels: [] });
  });
});
