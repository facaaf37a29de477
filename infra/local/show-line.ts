import * as z from 'zod';

const ReportLine = z.object({
  timestamp: z.string(),
  level: z.string(),
  message: z.string(),
  request_id: z.string().optional(),
  ms: z.number().optional(),
  error: z.object({ stack: z.string() }).optional().catch(undefined),
});

/** A report line as a person at the terminal reads it; undefined for what happens by itself every minute. */
export function showLine(line: string): string | undefined {
  const parsed = ReportLine.safeParse(JSON.parse(line));
  if (!parsed.success) return line;
  const { timestamp, level, message, ms, request_id, error } = parsed.data;
  if (level === 'info' && !/^[A-Z]+ \//.test(message)) return undefined;
  const time = timestamp.slice(11, 19);
  const tail = [ms === undefined ? '' : `${ms} ms`, level === 'info' ? '' : (request_id ?? '')]
    .filter(Boolean)
    .join('  ');
  return `${time}  ${message}  ${tail}${level === 'error' && error ? `\n${error.stack}` : ''}`;
}
