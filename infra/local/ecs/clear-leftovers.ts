import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes what the tasks of a killed platform left on the disk; their processes are ended before (see endLeftovers). */
export async function clearLeftovers(state: string): Promise<void> {
  const logs = join(state, 'logs');
  const names = await readdir(logs).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const ofTasks = names.filter((name) => name.startsWith('task-')).map((name) => join(logs, name));
  await Promise.all([join(state, 'tasks'), ...ofTasks].map((path) => rm(path, { recursive: true, force: true })));
}
