import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLine, runCommand } from './run-command.ts';
import type { Table } from './table.ts';

/** A client that npm installs. */
export interface Installed {
  readonly name: string;
  /** The first one is the client's own. */
  readonly packages: readonly string[];
}

/** Drives each of its clients to a row of its table. */
export interface Driver<Of extends Installed> {
  readonly clients: readonly Of[];
  readonly table: Table;
  /** The cells after name and version: `false` is what a client should have done and did not. */
  readonly drive: (client: Of) => Promise<Driven>;
  readonly stop: () => Promise<void>;
}

export interface Driven {
  readonly cells: readonly (string | boolean | undefined)[];
  /** What was said where something failed. */
  readonly error: string;
}

const installMs = 300_000;

/** Installs packages into a folder of their own, which is removed after the work. @throws Error when npm cannot. */
export async function withInstalled<T>(packages: readonly string[], work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-client-'));
  try {
    await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}');
    const line = `npm install --prefer-offline --no-audit --no-fund --loglevel=error ${packages.join(' ')}`;
    const { status, output } = await runCommand(line, { cwd: folder, ms: installMs });
    if (status !== 0) throw new Error(`not installed: ${lastLine(output)}`);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
