import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduledEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { startClock } from '../../../../infra/local/gateway/clock.ts';
import { schedule } from '../../../../lib/kernel/lambda/schedule.ts';
import { planted } from './fixture.ts';

const sweep = planted('sweep', schedule({ everyMinutes: 2, summary: 'Sweeps', run: async () => undefined }));

describe('the clock', () => {
  it('runs a schedule at its interval with the event of EventBridge', async () => {
    const runs: { id: string; event: ScheduledEvent }[] = [];
    const clock = startClock({
      functions: [sweep],
      minuteMs: 20,
      invoke: async (id, event) => void runs.push({ id, event: event as ScheduledEvent }),
    });
    await sleep(20);
    expect(runs).toHaveLength(0);
    await sleep(130);
    await clock.stop();
    expect(runs.length).toBeGreaterThanOrEqual(2);
    expect(runs.length).toBeLessThanOrEqual(4);
    expect(runs[0]).toMatchObject({
      id: 'sweep',
      event: { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {}, version: '0' },
    });
    expect(runs[0]?.event.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const { length } = runs;
    await sleep(60);
    expect(runs).toHaveLength(length);
  });

  it('never runs a schedule beside itself, and stop waits for the run under way', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const clock = startClock({
      functions: [sweep],
      minuteMs: 5,
      invoke: async () => {
        running += 1;
        most = Math.max(most, running);
        await sleep(60);
        running -= 1;
        done += 1;
      },
    });
    await sleep(100);
    await clock.stop();
    expect(most).toBe(1);
    expect(running).toBe(0);
    expect(done).toBeGreaterThanOrEqual(1);
  });

  it('goes on after a failed run', async () => {
    const warnings: string[] = [];
    const clock = startClock({
      functions: [sweep],
      minuteMs: 5,
      invoke: () => Promise.reject(new Error('away')),
      warn: (message) => warnings.push(message),
    });
    await sleep(60);
    await clock.stop();
    expect(warnings.length).toBeGreaterThanOrEqual(2);
    expect(warnings[0]).toBe('sweep failed; the next run tries again');
  });
});
