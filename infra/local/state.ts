import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where unpacked programs are kept, for all states. */
export const cache = join(root, '.local', 'debian');

/** The state's folder: MCP_STATE, or `.local` in the project. */
export function stateFolder(): string {
  return process.env['MCP_STATE'] ?? join(root, '.local');
}

/** Where the platform that runs on this state answers. @throws Error when none does */
export function runningBase(): string {
  const file = join(stateFolder(), 'platform.json');
  if (!existsSync(file)) throw new Error('No platform runs here: `npm run dev` starts one.');
  return z.looseObject({ base: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).base;
}
