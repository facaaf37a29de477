import type { McpCall } from '../../events/report-line.ts';
import type { Deployment } from '../deployments/ports.ts';
import { newId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log/log.ts';
import type { Outcome } from './observe.ts';

export interface FinishedCall extends Outcome {
  readonly method: string;
  readonly tool: string | undefined;
  readonly ms: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Puts calls into the request's report line, from where they are counted: each under an id of the platform's own. */
export function reportCalls(log: Log, { id, toolId, slug }: Deployment, calls: readonly FinishedCall[]): void {
  if (calls.length === 0) return;
  const mcp = calls.map((call): McpCall => ({
    id: newId(),
    deployment_id: id,
    tool_id: toolId,
    slug,
    method: call.method.slice(0, 64),
    ...(call.tool !== undefined && { tool: call.tool.slice(0, 255) }),
    status: call.status,
    ...(call.errorCode !== undefined && { error_code: call.errorCode.slice(0, 64) }),
    duration_ms: Math.round(call.ms * 10) / 10,
    bytes_in: call.bytesIn,
    bytes_out: call.bytesOut,
  }));
  log.set({ mcp });
}
