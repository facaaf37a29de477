import { randomUUID } from 'node:crypto';
import { redact } from './redact.ts';

type Level = 'debug' | 'info' | 'warning' | 'error';
type Fields = Readonly<Record<string, unknown>>;

/**
 * What one request, message or run reports. `set` adds to the one report line that ends it; `warn` is for what an operator must
 * see although the request succeeded. Fields are redacted on the way out; bodies are never passed in.
 */
export interface Log {
  set(fields: Fields): void;
  warn(message: string, fields?: Fields): void;
}

export interface Report extends Log {
  /** Writes the report line. Once. */
  end(level: Level, message: string, fields?: Fields): void;
}

/** Starts a report. `write` gets whole lines of JSON without a line break. */
export function startReport(write: (line: string) => void, logger: string, base: Fields): Report {
  const learned: Record<string, unknown> = { ...base };
  // The client chooses the request id, so nothing is counted by it.
  const report_id = randomUUID();
  const emit = (level: Level, message: string, fields: Fields): void => {
    const line = { timestamp: new Date().toISOString(), level, logger, message, ...fields, report_id };
    write(JSON.stringify(redact(line)));
  };
  return {
    set: (fields) => void Object.assign(learned, fields),
    warn: (message, fields = {}) => emit('warning', message, { ...base, ...fields }),
    end: (level, message, fields = {}) => emit(level, message, { ...learned, ...fields }),
  };
}
