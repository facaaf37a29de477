import type { ScheduledEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { startClock } from '../../../../infra/local/gateway/clock.ts';
import { schedule } from '../../../../lib/kernel/lambda/schedule.ts';
import { planted } from './fixture.ts';
import { staysTrue, takesTime, waitUntil } from '../../../wait-until.ts';

const sweep = planted('sweep', schedule({ everyMinutes: 2, summary: 'Sweeps', run: async () => undefined }));

describe('the clock', () => {
  it('runs a schedule at its interval with the event of EventBridge', async () => {
    const runs: { id: string; event: ScheduledEvent }[] = [];
    const clock = startClock({
      functions: [sweep],
      minuteMs: 20,
      invoke: async (id, event) => void runs.push({ id, event: event as ScheduledEvent }),
    });
    expect(runs).toHaveLength(0);
    const startedAt = performance.now();
    await waitUntil('three runs', () => runs.length >= 3);
    // A timer is late on a busy machine, and never early: it fires by whole milliseconds.
    expect(performance.now() - startedAt).toBeGreaterThan(3 * 20 - 5);
    await clock.stop();
    expect(runs[0]).toMatchObject({
      id: 'sweep',
      event: { 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {}, version: '0' },
    });
    expect(runs[0]?.event.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const { length } = runs;
    await staysTrue('no run after the stop', () => runs.length === length, 60);
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
        await takesTime(60);
        running -= 1;
        done += 1;
      },
    });
    await waitUntil('a second run', () => done >= 1 && running === 1);
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
    await waitUntil('two warnings', () => warnings.length >= 2);
    await clock.stop();
    expect(warnings[0]).toBe('sweep failed; the next run tries again');
  });
});
