import type { McpCall } from '../../events/report-line.ts';
import type { UsageRecord } from './ports.ts';

/** A call of a deployed server as the usage table keeps it. */
export function usageRecord(
  call: McpCall,
  by: Pick<UsageRecord, 'id' | 'requestId' | 'userId' | 'apiKeyId' | 'calledAt'>,
): UsageRecord {
  return {
    ...by,
    toolId: call.tool_id,
    deploymentId: call.deployment_id,
    method: call.method,
    toolName: call.tool,
    status: call.status,
    errorCode: call.error_code,
    durationMs: call.duration_ms,
    bytesIn: call.bytes_in,
    bytesOut: call.bytes_out,
  };
}
