import type { ParseArgsConfig } from 'node:util';

interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

export interface Outcome {
  /** What `--json` prints. */
  readonly json: unknown;
  /** What a person reads. */
  readonly text: string;
  /** Default 0. */
  readonly exitCode?: number;
}

/** One command. */
export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  /** @throws Failure. */
  readonly run: (given: Arguments) => Promise<Outcome>;
}
