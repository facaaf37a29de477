import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export interface Ran {
  readonly status: number | null;
  readonly output: string;
}

interface Options {
  readonly cwd: string;
  readonly ms: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Looked into before any other folder for programs. */
  readonly path?: string;
  /** Gets each line of the standard output, and may answer on the standard input. */
  readonly onLine?: (line: string, reply: (text: string) => void) => Promise<void>;
}

/** Runs a command line in a folder, which is its home, and ends all that it has started with it, or after `ms`. */
export function runCommand(line: string, { cwd, ms, env, path, onLine }: Options): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const PATH = [path, process.env['PATH']].filter(Boolean).join(delimiter);
    const child = spawn('sh', ['-c', line], {
      cwd,
      env: { ...process.env, HOME: cwd, NO_COLOR: '1', ...env, PATH },
      detached: true,
      stdio: 'pipe',
    });
    let output = '';
    let rest = '';
    const endAll = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    };
    const stop = setTimeout(endAll, ms);
    child.stdin.on('error', () => undefined);
    if (!onLine) child.stdin.end();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const each of lines) onLine?.(each, (reply) => void child.stdin.write(reply)).catch(reject);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(stop);
      endAll();
      resolve({ status, output });
    });
  });
}

/** What was printed last: before it come notices of how the client was set up. */
export function lastParagraph(text: string): string {
  return (
    text
      .trim()
      .split(/\n\s*\n/)
      .at(-1) ?? ''
  );
}

/** The first line that says something of them, among those about everything else. */
export function aboutCredentials(text: string): string {
  const line = text.split('\n').find((each) => /\b401\b|auth|credential|api key/i.test(each)) ?? '';
  return line.replace(/^[\d:.TZ-]+ /, '');
}

export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

const maxShown = 260;

/** In one line that fits into a table. */
export function shortened(said: unknown): string {
  const text = typeof said === 'string' ? said : JSON.stringify(said);
  const plain = stripVTControlCharacters(text).replaceAll(/\s+/g, ' ').trim();
  return plain.length > maxShown ? `${plain.slice(0, maxShown)} …` : plain;
}
