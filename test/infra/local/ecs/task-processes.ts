import { readdirSync, readFileSync } from 'node:fs';

/** The processes of a task, by its home in their environment: their own ids are those of another namespace. Those of root's are seen by root alone. */
export function taskProcesses(id: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(`/tasks/${id}\0`))
    .map(Number);
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}
