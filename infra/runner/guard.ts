import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

// Each server's shell writes `+ pid` before it becomes the server, so nothing that runs is unknown here. The read ends
// when the runner is gone, which the kernel sees to even after kill -9.
const WATCH = `
trap '' HUP INT TERM
live=
while read -r sign pid; do
  case $sign in
    +) live="$live $pid" ;;
    -) kept=
       for one in $live; do [ "$one" = "$pid" ] || kept="$kept $one"; done
       live=$kept ;;
  esac
done
for one in $live; do kill -KILL "-$one" 2>/dev/null; done
`;

export interface Guard {
  /** Given to each server's shell as descriptor 3. */
  readonly input: Writable;
  /** This process group is over. */
  forget(pid: number): void;
  end(): void;
}

/** A small shell that outlives the runner by a moment: it kills the process groups of the servers which the runner left behind. */
export function startGuard(): Guard {
  const child = spawn('/bin/sh', ['-c', WATCH], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: {} });
  child.stdin.on('error', () => undefined);
  child.unref();
  return {
    input: child.stdin,
    forget: (pid) => void child.stdin.write(`- ${pid}\n`),
    end: () => child.stdin.end(),
  };
}
