import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from './server-process.ts';

export interface HangTiming {
  /** From one ping's answer to the next ping. */
  readonly pingMs: number;
  /** Without an answer for so long: unhealthy. */
  readonly unhealthyMs: number;
  /** Without an answer for so long: killed. Longer than a tool may compute without a pause. */
  readonly hungMs: number;
}

/** Pings a process until it ends. Tells when it falls silent and when it answers again; kills it when it stays silent. */
export function watchForHang(
  process: ServerProcess,
  { pingMs, unhealthyMs, hungMs }: HangTiming,
  onHealth: (healthy: boolean) => void = () => undefined,
): { stop(): void } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const wait = (ms: number) => sleep(ms, 'silent' as const, { signal, ref: false });
  const watch = async (): Promise<void> => {
    for (;;) {
      await wait(pingMs);
      const answered = process.ping().then(() => 'answered' as const);
      if ((await Promise.race([answered, wait(unhealthyMs)])) === 'answered') continue;
      onHealth(false);
      if ((await Promise.race([answered, wait(hungMs - unhealthyMs)])) === 'silent') {
        process.kill(`did not answer a ping for ${Math.round(hungMs / 1_000)} s`);
        return;
      }
      onHealth(true);
    }
  };
  watch().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  void process.ended.then(() => stopping.abort());
  return { stop: () => stopping.abort() };
}
