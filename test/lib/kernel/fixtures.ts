import type { Context } from 'aws-lambda';
import type { Caller } from '../../../lib/kernel/http/caller.ts';
import { installRuntime } from '../../../lib/kernel/lambda/runtime.ts';
import type { LimitState } from '../../../lib/kernel/http/rate-limit.ts';
import { Problem } from '../../../lib/kernel/errors/problem.ts';
import { readSettings } from '../../../lib/kernel/settings/settings.ts';

/* A host for trying the declarators alone: known callers by credential, a counter that does as it is told. */

export interface TrialHost {
  readonly lines: Record<string, unknown>[];
  readonly counted: string[];
  readonly postponed: number[];
  limit: LimitState | undefined;
}

export function trialHost(env: Record<string, string> = {}, callers: Record<string, Caller> = {}): TrialHost {
  const trial: TrialHost = {
    lines: [],
    counted: [],
    postponed: [],
    limit: { allowed: true, remaining: 9, resetSeconds: 30 },
  };
  installRuntime({
    settings: () => readSettings(env),
    services: async () => ({}) as never,
    authenticator: async () => ({
      authenticate: async (credential) => {
        const caller = callers[credential];
        if (!caller) throw new Problem('unauthorized');
        return caller;
      },
      redeem: async () => {
        throw new Problem('unauthorized');
      },
      recheck: async () => undefined,
      identify: async (credential) => (callers[credential] ? `user:${callers[credential].userId}` : undefined),
    }),
    limiter: async () => ({
      count: async (key) => {
        trial.counted.push(key);
        return trial.limit;
      },
    }),
    idempotency: async () => {
      throw new Error('This host keeps no requests.');
    },
    postpone: async (_message, seconds) => void trial.postponed.push(seconds),
    write: (line) => void trial.lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  return trial;
}

export function context(functionName: string, remainingMs = 10_000): Context {
  const deadline = Date.now() + remainingMs;
  return {
    functionName: `mcp-local-${functionName}`,
    awsRequestId: '019c1385-1a40-7000-8000-00000000000a',
    getRemainingTimeInMillis: () => deadline - Date.now(),
  } as Context;
}

export const developer: Caller = {
  userId: '019c1385-1a40-7000-8000-000000000001',
  role: 'developer',
  permissions: ['mcps:read', 'mcps:create'],
};

export interface EventParts {
  readonly headers?: Record<string, string>;
  readonly body?: string | null;
  readonly query?: Record<string, string[]>;
  readonly params?: Record<string, string>;
  readonly base64?: boolean;
}

export function httpEvent(
  method: string,
  path: string,
  { headers = {}, body = null, query, params, base64 = false }: EventParts = {},
) {
  return {
    httpMethod: method,
    path,
    headers,
    multiValueQueryStringParameters: query ?? null,
    pathParameters: params ?? null,
    body,
    isBase64Encoded: base64,
    requestContext: { identity: { sourceIp: '192.0.2.7' } },
  };
}
