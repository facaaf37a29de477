import type { LastError } from './ports.ts';

const maxLine = 1_000;
/** Of the log as JSON. The column holds 65,535 bytes, and the reason needs at most 6,000 of them. */
const maxLogBytes = 48_000;

/** An error as it is kept: lines of at most 1,000 characters, and of the log the last ones that fit into 48,000 bytes. */
export function boundError({ reason, log }: LastError): LastError {
  const kept: string[] = [];
  let left = maxLogBytes;
  for (const line of log.toReversed()) {
    const cut = line.slice(0, maxLine);
    left -= Buffer.byteLength(JSON.stringify(cut)) + 1;
    if (left < 0) break;
    kept.unshift(cut);
  }
  return { reason: reason.slice(0, maxLine), log: kept };
}
