import type { Context } from 'aws-lambda';
import { correlated } from '../log/correlation.ts';
import { currentRuntime, takeColdStart } from './runtime.ts';
import type { Log } from '../log/log.ts';
import { startReport } from '../log/log.ts';

/** The function's id: its Lambda name without the installation's prefix. */
export function functionIdOf(context: Context): string {
  const { STAGE, SERVICE_COLOR } = currentRuntime().settings();
  return context.functionName.replace(`mcp-${STAGE}-${SERVICE_COLOR && `${SERVICE_COLOR}-`}`, '');
}

/** Milliseconds since `startedAt` (of `performance.now()`), to a tenth. */
export function since(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 10) / 10;
}

/** Runs `work` under one report line; an error is reported and thrown on, so that the platform's retry sees it. */
export async function reported<T>(
  context: Context,
  base: { readonly request_id: string; readonly route: string },
  work: (log: Log) => Promise<T>,
): Promise<T> {
  const runtime = currentRuntime();
  const startedAt = performance.now();
  const functionId = functionIdOf(context);
  const report = startReport((line) => runtime.write(line), functionId, { ...base, cold_start: takeColdStart() });
  try {
    const result = await correlated({ requestId: base.request_id, log: report }, () => work(report));
    report.end('info', `${functionId} done`, { ms: since(startedAt) });
    return result;
  } catch (error) {
    report.end('error', `${functionId} failed`, { ms: since(startedAt), error });
    throw error;
  }
}
