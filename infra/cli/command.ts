import type { ParseArgsConfig } from 'node:util';
import { Failure } from './platform.ts';

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
  /** How many words it takes beside its options; default none. */
  readonly most?: number;
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  /** @throws Failure. */
  readonly run: (given: Arguments) => Promise<Outcome>;
}

/** @throws Failure for what is no whole number. */
export function wholeNumber(values: Arguments['values'], name: string): number {
  const text = String(values[name]);
  if (!/^\d{1,9}$/.test(text)) throw new Failure(`--${name} takes a whole number, not ${JSON.stringify(text)}.`, 2);
  return Number(text);
}
