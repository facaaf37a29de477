import type { StreamedAnswer } from '../kernel/lambda/declaration.ts';
import type { UpstreamAnswer } from '../upstream/ports.ts';
import { isEventStream, isJson } from '../upstream/read-messages.ts';
import { failures, type RpcFailure } from './rpc.ts';

type Head = Pick<StreamedAnswer, 'status' | 'headers'>;

const passedStatuses = new Set([200, 202, 204, 400, 404, 405, 406, 409, 413, 415, 422, 429, 500, 502, 503, 504]);

/**
 * The head of a server's answer as its client gets it, or why it is not passed on: on the platform's own origin only JSON and event streams come,
 * with none of the server's headers that a browser acts on.
 */
export function headOf({ status, headers }: UpstreamAnswer): Head | RpcFailure {
  const type = headers['content-type'];
  if (status === 401 || status === 403) return failures.refused;
  const passed = passedStatuses.has(status);
  if (passed && (isJson(type) || (isEventStream(type) && status === 200))) {
    return {
      status,
      headers: { ...kept(headers), 'content-type': isJson(type) ? 'application/json' : 'text/event-stream' },
    };
  }
  if (status === 202 || status === 204 || (status === 200 && headers['content-length'] === '0')) {
    return { status: status === 200 ? 202 : status, headers: kept(headers) };
  }
  const reason = `The server answered HTTP ${status} with ${readable(type)}`;
  if (status === 404) return { ...failures.noSession, reason };
  if (status === 405) return { ...failures.unreadable, status, reason };
  if (status === 429 || status === 503) return { ...failures.unavailable, status, reason };
  if (status === 504) return { ...failures.timeout, reason };
  return { ...failures.unreadable, reason };
}

function kept(headers: Readonly<Record<string, string>>): Record<string, string> {
  const retryAfter = headers['retry-after'];
  const allow = headers['allow'];
  const version = headers['mcp-protocol-version'];
  return {
    ...(retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) && { 'retry-after': retryAfter }),
    ...(allow !== undefined && /^[A-Z, ]{1,100}$/.test(allow) && { allow }),
    ...(version !== undefined && /^[\w.-]{1,32}$/.test(version) && { 'mcp-protocol-version': version }),
    'x-accel-buffering': 'no',
  };
}

function readable(type: string | undefined): string {
  const name = /^[\w.+/-]{1,80}/.exec(type ?? '')?.[0];
  return name === undefined ? 'no content type' : `the content type ${name}`;
}
