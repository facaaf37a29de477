import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';

// Each server's shell writes `+ pid` before it becomes the server, so nothing that runs is unknown here. The read ends
// when the runner is gone, which the kernel sees to even after kill -9.
const watch = `
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
tries=0
while [ $tries -lt 50 ]; do
  left=$(grep -ls "$0" /proc/[0-9]*/environ 2>/dev/null)
  [ -n "$left" ] || break
  for file in $left; do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/environ}" 2>/dev/null
  done
  tries=$((tries + 1))
  sleep 0.02 2>/dev/null || sleep 1
done
`;
const markVariable = 'MCP_RUNNER_MARK';

export interface Guard {
  /** Given to each server's shell as descriptor 3. */
  readonly input: Writable;
  /** Given to each server too: where there is a /proc, what leaves its process group is known by it. */
  readonly variables: Readonly<Record<string, string>>;
  /** This process group is over. */
  forget(pid: number): void;
  /** Resolves when nothing of what was started runs any more. */
  end(): Promise<void>;
}

/** A small shell that outlives the runner by a moment: it kills the processes of servers which the runner left behind. */
export function startGuard(): Guard {
  const mark = randomUUID();
  const child = spawn('/bin/sh', ['-c', watch, `${markVariable}=${mark}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: { PATH: process.env['PATH'] },
  });
  child.stdin.on('error', () => undefined);
  child.unref();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    input: child.stdin,
    variables: { [markVariable]: mark },
    forget: (pid) => void child.stdin.write(`- ${pid}\n`),
    end: () => {
      child.stdin.end();
      child.ref();
      return ended;
    },
  };
}
