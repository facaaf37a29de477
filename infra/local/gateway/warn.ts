import { inspect } from 'node:util';
import { redactText } from '../../../lib/kernel/log/redact.ts';

/** Takes what the person at the terminal must see. */
export type Warn = (message: string, error?: unknown) => void;

/** On stderr; an error with its stack and causes below. */
export const warnOnStderr: Warn = (message, error) => {
  process.stderr.write(`${redactText(error === undefined ? message : `${message}: ${inspect(error)}`)}\n`);
};
