import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

// Debian puts servers where an ordinary user's PATH does not look.
const serverFolders = ['/usr/sbin', '/usr/local/sbin'];

/** A program that can be started, with the environment it needs. */
export interface Program {
  path: string;
  env: NodeJS.ProcessEnv;
  /** For people: `from PATH`. */
  origin: string;
}

/** The first of these programs that is installed. */
export function findOnPath(names: string[], env: NodeJS.ProcessEnv): Program | undefined {
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter(Boolean), ...serverFolders];
  for (const name of names) {
    const path = folders.map((folder) => join(folder, name)).find(isExecutable);
    if (path !== undefined) return { path, env, origin: 'from PATH' };
  }
  return undefined;
}

/** What the program answers to `--version`, in one line. */
export async function versionLine({ path, env }: Program): Promise<string> {
  const { stdout } = await run(path, ['--version'], { env });
  return stdout.trim().split('\n')[0] ?? '';
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
