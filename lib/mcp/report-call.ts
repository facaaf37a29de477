import type { McpCall } from '../../events/report-line.ts';
import type { Deployment } from '../deployments/ports.ts';
import type { Log } from '../kernel/log/log.ts';
import type { Outcome } from './observe.ts';

/** Puts a call into the request's report line, from where it is counted. */
export function reportCall(
  log: Log,
  { id, toolId, slug }: Deployment,
  call: Outcome & { readonly method: string; readonly tool: string | undefined; readonly ms: number },
): void {
  const mcp: McpCall = {
    deployment_id: id,
    tool_id: toolId,
    slug,
    method: call.method,
    ...(call.tool !== undefined && { tool: call.tool }),
    status: call.status,
    ...(call.errorCode !== undefined && { error_code: call.errorCode }),
    duration_ms: Math.round(call.ms * 10) / 10,
  };
  log.set({ mcp });
}
