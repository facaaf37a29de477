import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stateFolder } from '../../state-folder.ts';

/** Where the downloaded programs are, shared with `npm run dev`. */
export const cache = resolve(import.meta.dirname, '../../../.local/debian');

/** What the services of these tests demand. */
export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** An environment in which nobody's own services are named. */
export const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'] };

/** A state directory of a test's own. */
export function temporaryState(): { state: string; remove: () => void } {
  const state = mkdtempSync(join(stateFolder(), 'mcp-platform-'));
  return { state, remove: () => rmSync(state, { recursive: true, force: true }) };
}

/** Whether any process of this group is left; one that has ended and waits for its parent does not count. */
export function groupRuns(group: number): boolean {
  if (process.platform !== 'linux') return groupTakesSignals(group);
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    const [state, , pgrp] = statFields(name);
    return Number(pgrp) === group && state !== 'Z';
  });
}

function statFields(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function groupTakesSignals(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}
