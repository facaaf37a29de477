import type { ContainerTask } from './containers-port.ts';
import type { Replica } from './ports.ts';

type End = Pick<ContainerTask, 'stoppedReason' | 'exitCode'>;

/** The replica after its task has ended: as its runner last said, as it was asked to, or lost. `task` is undefined when the cluster has forgotten it. */
export function endedBy(replica: Replica, task: End | undefined, now: Date): Replica {
  if (replica.endedAt) return replica;
  const ended = { ...replica, endedAt: now };
  if (replica.state === 'failed' || replica.state === 'idle') return ended;
  if (replica.stoppingAt) return { ...ended, state: replica.state === 'lost' ? 'lost' : 'stopped' };
  return { ...ended, state: 'lost', lastError: { reason: reasonOf(task), log: replica.lastError?.log ?? [] } };
}

function reasonOf(task: End | undefined): string {
  if (!task) return 'The task is gone';
  const code = task.exitCode === undefined ? '' : ` (exit code ${task.exitCode})`;
  return `The task ended: ${task.stoppedReason ?? 'for no known reason'}${code}`;
}
