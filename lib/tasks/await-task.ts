import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskStore } from './ports.ts';
import { presentTask } from './present.ts';
import type { Task } from './schema.ts';

const firstPauseMs = 40;
const longestPauseMs = 500;

/** The task once it has ended, or undefined when `seconds` have passed before; asks the store ever more rarely, at least twice a second. */
export async function awaitTask(
  { tasks }: { tasks: TaskStore },
  taskId: string,
  seconds: number,
): Promise<Task | undefined> {
  const deadline = performance.now() + seconds * 1000;
  for (let pause = firstPauseMs; ; pause = Math.min(longestPauseMs, pause * 1.5)) {
    const task = await tasks.find(taskId);
    if (task && task.status !== 'pending' && task.status !== 'running') return presentTask(task);
    const left = deadline - performance.now();
    if (left <= 0) return undefined;
    await sleep(Math.min(pause, left));
  }
}
