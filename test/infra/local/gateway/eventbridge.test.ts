import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createEmitter } from '../../../../infra/local/gateway/eventbridge.ts';
import { event } from '../../../../lib/kernel/lambda/event.ts';
import { planted } from './fixture.ts';

const stopped = planted(
  'task-stopped',
  event({
    on: { source: 'aws.ecs', detailType: 'ECS Task State Change' },
    summary: 'Hears',
    message: z.object({ taskArn: z.string() }),
    run: async () => undefined,
  }),
);
const emitted = { source: 'aws.ecs', 'detail-type': 'ECS Task State Change', detail: { taskArn: 'arn' } };

describe('the emitter', () => {
  it('reaches the functions whose rule matches, and no others', async () => {
    const seen: unknown[] = [];
    const emit = createEmitter({ functions: [stopped], invoke: async (id, incoming) => seen.push([id, incoming]) });
    await emit(emitted);
    await emit({ ...emitted, source: 'aws.ec2' });
    await emit({ ...emitted, 'detail-type': 'Other' });
    expect(seen).toEqual([
      ['task-stopped', expect.objectContaining({ ...emitted, version: '0', resources: [], region: 'us-east-1' })],
    ]);
  });

  it('tries three times, with the same event, and then says so', async () => {
    const ids = new Set<unknown>();
    let tries = 0;
    const warnings: string[] = [];
    const emit = createEmitter({
      functions: [stopped],
      invoke: async (_, incoming) => {
        tries += 1;
        ids.add((incoming as { id: string }).id);
        throw new Error('away');
      },
      warn: (message) => warnings.push(message),
      pauseMs: 1,
    });
    await emit(emitted);
    expect([tries, ids.size]).toEqual([3, 1]);
    expect(warnings).toEqual(['task-stopped could not handle aws.ecs ECS Task State Change']);
  });
});
