import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const maxTries = 20;
const pauseMs = 25;

/**
 * Kills every process whose environment holds `mark`, a `NAME=value`, wherever it has gone: what a server starts detached, as a browser is,
 * leaves its process group and keeps its environment. Without a /proc nothing is found.
 */
export async function killMarked(mark: string): Promise<void> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const pids = await findMarked(mark);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    await sleep(pauseMs);
  }
}

async function findMarked(mark: string): Promise<number[]> {
  const names = process.platform === 'linux' ? await readdir('/proc').catch(() => []) : [];
  const found = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        // A process may be another user's, or gone by now. A zombie's environment is empty.
        const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
        return environment.split('\0').includes(mark) ? [Number(name)] : [];
      }),
  );
  return found.flat().filter((pid) => pid !== process.pid);
}
