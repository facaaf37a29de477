import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const mb = 1024;
/** Reading all processes costs milliseconds, and each task asks: one look serves whoever asks in this time. */
const sharedMs = 400;

/**
 * Memory in MB of a process and all its descendants. On Linux what is theirs alone (files that processes share are
 * left out, as they would be counted again for each), elsewhere the resident size. 0 when there is no such process.
 */
export async function memoryOf(root: number): Promise<number> {
  return (await memoryIn(root)).all;
}

/** The same, and how much of it is that of the descendants. */
export async function memoryIn(root: number): Promise<{ readonly all: number; readonly below: number }> {
  const processes = await allProcesses();
  const children = Map.groupBy(processes, ({ parent }) => parent);
  const own = processes.find(({ pid }) => pid === root)?.kilobytes ?? 0;
  let kilobytes = 0;
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    for (const child of children.get(pid) ?? []) {
      kilobytes += child.kilobytes;
      open.push(child.pid);
    }
  }
  return { all: Math.round((own + kilobytes) / mb), below: Math.round(kilobytes / mb) };
}

let last: { readonly at: number; readonly processes: Promise<Process[]> } | undefined;

function allProcesses(): Promise<Process[]> {
  const now = performance.now();
  if (last === undefined || now - last.at > sharedMs)
    last = { at: now, processes: process.platform === 'linux' ? fromProc() : fromPs() };
  return last.processes;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly kilobytes: number;
}

async function fromProc(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const statuses = await Promise.all(
    // A process may end between the listing and the reading.
    pids.map(async (pid) => ({ pid, text: await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '') })),
  );
  return statuses.flatMap(({ pid, text }) => {
    const read = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
    return text === ''
      ? []
      : [{ pid: Number(pid), parent: read('PPid'), kilobytes: read('RssAnon') + read('RssShmem') }];
  });
}

async function fromPs(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, kilobytes] = line.trim().split(/\s+/).map(Number);
    return pid === undefined || parent === undefined || kilobytes === undefined ? [] : [{ pid, parent, kilobytes }];
  });
}
