/*
 * A test that fails says what its file's platform has warned of: a store that was too slow, a worker that has to try again.
 */

const most = 30;
let lines: string[] = [];

/** Keeps a report line when it is an error, or a warning about more than what a caller did wrong. */
export function noteTrouble(line: string): void {
  if (/"level":"(?:warning|error)"/.test(line) && !/"status":4\d\d/.test(line)) lines.push(line);
}

export function forgetTrouble(): void {
  lines = [];
}

export function showTrouble(): void {
  for (const line of lines.slice(-most)) process.stderr.write(`reported: ${line.slice(0, 2000)}\n`);
}
