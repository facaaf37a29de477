import type { Declaration } from './declaration.ts';

/** How long a function may take when it declares nothing. API Gateway waits 29 s for a whole answer, 15 minutes for a streamed one. */
const defaultSeconds: Readonly<Record<Declaration['kind'], number>> = {
  endpoint: 29,
  socket: 29,
  stream: 900,
  worker: 30,
  schedule: 60,
  event: 60,
  command: 60,
};

/** Seconds that one invocation may take, at most Lambda's 15 minutes. */
export function timeoutSecondsOf({ kind, timeoutSeconds }: Declaration): number {
  return Math.min(timeoutSeconds ?? defaultSeconds[kind], 900);
}
