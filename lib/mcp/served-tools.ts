import { AccountNeeded } from '../accounts/account-needed.ts';
import type { Caller } from '../kernel/http/caller.ts';
import type { RequestFacts, StreamedAnswer } from '../kernel/lambda/declaration.ts';
import type { Log } from '../kernel/log/log.ts';
import { invalidField, notFound, Problem } from '../kernel/errors/problem.ts';
import { isObject, type Params } from '../upstream/json-rpc.ts';
import { type CallOptions, connectMcp, type McpConnection, McpError } from '../upstream/mcp-client.ts';
import type { McpCallResult, McpTool } from '../upstream/server-answers.ts';
import { UpstreamFailure } from '../upstream/ports.ts';
import { firstByteMs } from './answer-in-time.ts';
import { assertFits } from './check-arguments.ts';
import { findReplica, findServer, type ServerReplica } from './find-server.ts';
import type { ForwardServices } from './forward.ts';
import { assertReach } from './key-reach.ts';
import { assertKnownOrigin } from './origin.ts';
import { isLoop, ownHeaders } from './request-headers.ts';
import { reportCalls } from './report-call.ts';
import { upstreamFor } from './upstream-for.ts';

const connectMs = 20_000;
const invalidParams = -32_602;
const maxMessage = 1_000;
const maxRetries = 3;

/** Who wants something of a server, and in which request. */
export interface Asked {
  readonly caller: Caller;
  readonly slug: string;
  readonly request: RequestFacts;
  readonly log: Log;
}

/**
 * The tools that a deployed server offers now.
 * @throws Problem `forbidden`, `not-found`, `account-required`, `service-unavailable`, `upstream-error`, `upstream-timeout`.
 */
export async function listServedTools(services: ForwardServices, asked: Asked): Promise<{ tools: McpTool[] }> {
  return withServer(services, asked, { method: 'tools/list', tool: undefined, bytesIn: 0 }, async (connection) => ({
    value: { tools: await connection.listTools() },
    status: 'ok',
  }));
}

export interface ToolCall {
  readonly tool: string;
  readonly args: Params;
  /** Whether the arguments are checked against the tool's schema before the server sees them. */
  readonly validate: boolean;
}

/**
 * Calls one tool.
 * @throws Problem `forbidden`, `not-found` (also for an unknown tool), `validation-error` for arguments that do not fit the tool's schema or that the
 * server refuses, `service-unavailable`, `upstream-error`, `upstream-timeout`.
 */
export async function callServedTool(
  services: ForwardServices,
  asked: Asked,
  call: ToolCall,
  options: Partial<CallOptions> = {},
): Promise<McpCallResult> {
  const { tool, args } = call;
  const endsAt = performance.now() + firstByteMs;
  const described = { method: 'tools/call', tool, bytesIn: JSON.stringify(args).length };
  return withServer(services, asked, described, async (connection, replica) => {
    const found = await findTool(connection, replica, tool);
    if (!found) throw notFound('tool', tool);
    if (call.validate) assertFits(found, args);
    const called = await connection.callTool(tool, args, {
      timeoutMs: Math.max(0, Math.round(endsAt - performance.now())),
      ...options,
    });
    return { value: called, status: called.isError === true ? 'error' : 'ok' };
  });
}

/**
 * What a call would be refused for before the server is asked: the slug, the tool, the arguments.
 * @throws Problem `forbidden`, `not-found`, `validation-error`; when the tool is new, what asking the server throws.
 */
export async function assertCallable(services: ForwardServices, asked: Asked, call: ToolCall): Promise<void> {
  assertReach(asked.caller, asked.slug, { method: 'tools/call', tool: call.tool });
  const { deployment } = await findServer(services, asked.caller, asked.slug);
  const known = deployment.tools ?? (await listServedTools(services, asked)).tools;
  const isKnown = known.some(({ name }) => name === call.tool);
  const tools = isKnown ? known : (await listServedTools(services, asked)).tools;
  const found = tools.find(({ name }) => name === call.tool);
  if (!found) throw notFound('tool', call.tool);
  if (call.validate) assertFits(found, call.args);
}

/** The same for the JSON endpoint. @throws as {@link callServedTool}. */
export async function answerToolCall(services: ForwardServices, asked: Asked, call: ToolCall): Promise<StreamedAnswer> {
  const answer = contentOf(await callServedTool(services, asked, call));
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) };
}

/** Structured content if there is any, else the whole result. */
export function contentOf(result: McpCallResult): unknown {
  return result.structuredContent !== undefined && result.isError !== true ? result.structuredContent : result;
}

/** @throws Problem `invalid-request`, `validation-error`. */
export function readArguments(body: string): Params {
  if (body.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(body);
    if (isObject(parsed)) return parsed;
  } catch {
    // The parser's message would quote the body.
    throw new Problem('invalid-request', { detail: 'The body is not valid JSON.' });
  }
  throw invalidField([], 'The arguments are a JSON object', 'invalid_type');
}

/** What the server said when it started is believed when it has the tool; else it is asked again, for tools come and go. */
async function findTool(
  connection: McpConnection,
  { deployment }: ServerReplica,
  name: string,
): Promise<Pick<McpTool, 'inputSchema'> | undefined> {
  const known = deployment.tools?.find((tool) => tool.name === name);
  return known ?? (await connection.listTools()).find((tool) => tool.name === name);
}

/** Opens a session with a replica for one purpose, and counts it as a call. @throws Problem, whatever goes wrong. */
export async function withServer<T>(
  services: ForwardServices,
  { caller, slug, request, log }: Asked,
  call: { readonly method: string; readonly tool: string | undefined; readonly bytesIn: number },
  work: (connection: McpConnection, replica: ServerReplica) => Promise<{ value: T; status: 'ok' | 'error' }>,
): Promise<T> {
  assertKnownOrigin(request, services.settings);
  assertReach(caller, slug, call);
  if (isLoop(request, services.settings))
    throw new Problem('upstream-error', { detail: 'The server leads back to this platform.' });
  const startedAt = performance.now();
  const tried = new Set<string>();
  const first = await findReplica(services, caller, slug, { tried });
  if (!first) throw unavailable();
  const { deployment } = first;
  const report = (status: 'ok' | 'error', errorCode: string | undefined, bytesOut: number): void =>
    reportCalls(log, deployment, [{ ...call, status, errorCode, ms: performance.now() - startedAt, bytesOut }]);
  for (let replica = first, attempts = 1; ; attempts += 1) {
    try {
      const headers = ownHeaders(replica, caller, services.settings);
      const upstream = upstreamFor(services, caller, replica);
      const connection = await connectMcp(upstream, { ...replica.endpoint, headers }, connectMs);
      try {
        const { value, status } = await work(connection, replica);
        report(status, undefined, JSON.stringify(value).length);
        return value;
      } finally {
        await connection.close();
      }
    } catch (error) {
      const find = () => findReplica(services, caller, slug, { tried });
      const next = attempts > maxRetries ? undefined : await nextAfter(error, replica, tried, find);
      if (!next) {
        const problem = problemOf(error);
        report('error', problem.code, 0);
        throw problem;
      }
      replica = next;
    }
  }
}

/**
 * Another replica for what surely reached none: what is about to end refuses everything new, and what has ended cannot be reached. The same one where it ended
 * the session before it was used, for want of room.
 */
async function nextAfter(
  error: unknown,
  replica: ServerReplica,
  tried: Set<string>,
  find: () => Promise<ServerReplica | undefined>,
): Promise<ServerReplica | undefined> {
  if (!(error instanceof UpstreamFailure)) return undefined;
  if (error.kind === 'session-over') return replica;
  if (error.kind !== 'unsent' || replica.endpoint.guarded) return undefined;
  tried.add(replica.id);
  return find();
}

/** Whatever a server does wrong is its fault, 502 or 504, and never ours. */
function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof McpError) {
    const extra = { rpc_error: { code: error.code, message: error.message.slice(0, maxMessage) } };
    return error.code === invalidParams
      ? new Problem('validation-error', { detail: 'The server refuses these arguments.', extra })
      : new Problem('upstream-error', { detail: 'The server answered with an error.', extra });
  }
  if (error instanceof AccountNeeded)
    return new Problem('account-required', { detail: error.message, extra: { connect_url: error.url } });
  if (!(error instanceof UpstreamFailure)) return new Problem('internal-error', { cause: error });
  if (error.kind === 'unsent' || error.kind === 'session-over') return unavailable(error);
  const late = error.kind === 'timeout';
  const detail = late ? 'The server did not answer in time.' : `${error.message}.`;
  return new Problem(late ? 'upstream-timeout' : 'upstream-error', { detail, cause: error });
}

function unavailable(cause?: unknown): Problem {
  return new Problem('service-unavailable', {
    detail: 'The server cannot answer at the moment.',
    cause,
    headers: { 'retry-after': '5' },
  });
}
