import type { Guard } from './guard.ts';
import type { LogBuffer } from './log-buffer.ts';
import type { Command } from './server-process.ts';

export interface InstallOptions {
  readonly launch: Command;
  /** What npm gets to see: PATH and the registry's settings, never the deployment's values. */
  readonly installEnvironment: Readonly<Record<string, string>>;
  /** Whether packages may run their install scripts. */
  readonly scripts: boolean;
  /** Where packages are put: a directory of the runner's own. */
  readonly folder: string;
  readonly guard: Guard;
  readonly log: LogBuffer;
  readonly signal: AbortSignal;
}
