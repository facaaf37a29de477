import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from './server-process.ts';

export interface HangTiming {
  /** Silence after which an idle process is asked for a sign of life. */
  readonly pingMs: number;
  /** The same while a request is in flight. */
  readonly busyPingMs: number;
  /** Without a sign of life for so long after it was asked: unhealthy. */
  readonly unhealthyMs: number;
  /** Silent for so long with nothing in flight: killed. Longer than a server may compute without a pause. */
  readonly hungMs: number;
  /** A request that waits so long no longer protects a silent process. */
  readonly callMs: number;
}

interface WatchOptions {
  readonly timing: HangTiming;
  /** How long the oldest request in flight has been waiting, in ms; undefined when there is none. */
  readonly waitingMs: () => number | undefined;
  readonly onHealth?: (healthy: boolean) => void;
}

/**
 * Watches a process that has answered its handshake until it ends. Any byte that it writes is life; only silence makes it be asked, by `ping`, or by
 * `tools/list` where a server does not answer that. What works for a caller is not killed: that request's own deadline decides.
 */
export function watchForHang(
  process: ServerProcess,
  { timing, waitingMs, onHealth = () => undefined }: WatchOptions,
): { stop(): void } {
  const { pingMs, busyPingMs, unhealthyMs, hungMs, callMs } = timing;
  const stopping = new AbortController();
  const { signal } = stopping;
  let method: 'ping' | 'tools/list' = 'ping';

  const showsLife = async (): Promise<boolean> => {
    process.probe(method);
    if (await process.writesWithin(unhealthyMs / 2, signal)) return true;
    const other = method === 'ping' ? 'tools/list' : 'ping';
    process.probe(other);
    if (!(await process.writesWithin(unhealthyMs / 2, signal))) return false;
    method = other;
    return true;
  };
  const isProtected = (): boolean => {
    const waiting = waitingMs();
    return waiting !== undefined && waiting < callMs;
  };
  const watch = async (): Promise<void> => {
    for (;;) {
      const silenceMs = waitingMs() === undefined ? pingMs : Math.min(busyPingMs, pingMs);
      // By the clock: to wake at each line took a tenth of a call's CPU. Often, so that a call that comes to a silent process is noticed.
      const step = Math.min(silenceMs, busyPingMs);
      const left = step - process.silentMs;
      await sleep(left > 0 ? left : step, undefined, { signal, ref: false });
      if (process.silentMs < silenceMs || (await showsLife())) continue;
      onHealth(false);
      while (!(await process.writesWithin(Math.min(1_000, hungMs / 4), signal))) {
        if (process.silentMs < hungMs || isProtected()) continue;
        process.kill(`showed no sign of life for ${Math.round(process.silentMs / 1_000)} s`);
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
