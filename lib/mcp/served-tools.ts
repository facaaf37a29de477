import type { Caller } from '../kernel/http/caller.ts';
import type { RequestFacts, StreamedAnswer } from '../kernel/lambda/declaration.ts';
import type { Log } from '../kernel/log/log.ts';
import { invalidField, notFound, Problem } from '../kernel/errors/problem.ts';
import { connectMcp, type McpCallResult, type McpConnection, McpError, type McpTool } from '../upstream/mcp-client.ts';
import { UpstreamFailure } from '../upstream/ports.ts';
import { findReplica, type ServerReplica } from './find-server.ts';
import type { ForwardServices } from './forward.ts';
import { assertKnownOrigin } from './origin.ts';
import { asObject } from './rpc.ts';
import { reportCall } from './report-call.ts';

const connectMs = 20_000;
const callMs = 280_000;
const invalidParams = -32_602;

interface Asked {
  readonly caller: Caller;
  readonly slug: string;
  readonly request: RequestFacts;
  readonly log: Log;
}

/**
 * The tools that a deployed server offers now.
 * @throws Problem `forbidden`, `not-found`, `service-unavailable`, `upstream-error`.
 */
export async function listServedTools(services: ForwardServices, asked: Asked): Promise<{ tools: McpTool[] }> {
  return withServer(services, asked, { method: 'tools/list', tool: undefined }, async (connection) => ({
    value: { tools: await connection.listTools() },
    status: 'ok',
  }));
}

/**
 * Calls one tool: the answer is its structured content if there is any, else the whole result.
 * @throws Problem `forbidden`, `not-found` (also for an unknown tool), `validation-error` for arguments that the server refuses, `service-unavailable`,
 * `upstream-error`, `upstream-timeout`.
 */
export async function callServedTool(
  services: ForwardServices,
  asked: Asked,
  tool: string,
  body: string,
): Promise<StreamedAnswer> {
  const args = readArguments(body);
  const result = await withServer(services, asked, { method: 'tools/call', tool }, async (connection, replica) => {
    if (!(await offers(connection, replica, tool))) throw notFound('tool', tool);
    const called = await connection.callTool(tool, args, callMs);
    return { value: called, status: called.isError === true ? 'error' : 'ok' };
  });
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(contentOf(result)) };
}

function contentOf(result: McpCallResult): unknown {
  return result.structuredContent !== undefined && result.isError !== true ? result.structuredContent : result;
}

function readArguments(body: string): Readonly<Record<string, unknown>> {
  if (body.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return asObject(parsed);
  } catch (cause) {
    throw new Problem('invalid-request', { detail: 'The body is not valid JSON.', cause });
  }
  throw invalidField([], 'The arguments are a JSON object', 'invalid_type');
}

/** What the server told when it started is believed when it has the tool; else it is asked again, for tools come and go. */
async function offers(connection: McpConnection, { deployment }: ServerReplica, tool: string): Promise<boolean> {
  if (deployment.tools?.some(({ name }) => name === tool)) return true;
  return (await connection.listTools()).some(({ name }) => name === tool);
}

/** Opens a session with a replica for one purpose, and counts it as a call. */
async function withServer<T>(
  services: ForwardServices,
  { caller, slug, request, log }: Asked,
  call: { readonly method: string; readonly tool: string | undefined },
  work: (connection: McpConnection, replica: ServerReplica) => Promise<{ value: T; status: 'ok' | 'error' }>,
): Promise<T> {
  assertKnownOrigin(request, services.settings);
  const startedAt = performance.now();
  const replica = await findReplica(services, caller, slug);
  if (!replica) throw unavailable();
  const tell = (status: 'ok' | 'error', errorCode?: string): void =>
    reportCall(log, replica.deployment, { ...call, status, errorCode, ms: performance.now() - startedAt });
  try {
    const connection = await connectMcp(services.upstream, replica.endpoint, connectMs);
    try {
      const { value, status } = await work(connection, replica);
      tell(status);
      return value;
    } finally {
      await connection.close();
    }
  } catch (error) {
    const problem = problemOf(error);
    if (problem instanceof Problem) tell('error', problem.code);
    throw problem;
  }
}

function problemOf(error: unknown): unknown {
  if (error instanceof McpError) {
    const extra = { rpc_error: { code: error.code, message: error.message } };
    return error.code === invalidParams
      ? new Problem('validation-error', { detail: 'The server refuses these arguments.', extra })
      : new Problem('upstream-error', { detail: 'The server answered with an error.', extra });
  }
  if (!(error instanceof UpstreamFailure)) return error;
  if (error.kind === 'unsent') return unavailable(error);
  return new Problem(error.kind === 'timeout' ? 'upstream-timeout' : 'upstream-error', {
    detail: 'The server did not answer.',
    cause: error,
  });
}

function unavailable(cause?: unknown): Problem {
  return new Problem('service-unavailable', {
    detail: 'The server cannot answer at the moment.',
    cause,
    headers: { 'retry-after': '5' },
  });
}
