import { createLRU } from 'lru.min';
import type { Caller } from '../kernel/http/caller.ts';
import type { RequestFacts } from '../kernel/lambda/declaration.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { digest, type ServerReplica } from './find-server.ts';
import type { SessionPlace } from './session-id.ts';

/** Which platforms a request has come through: a proxy does not call itself. */
const hopHeader = 'x-mcp-platforms';
const maxHops = 4;
const passed = /^(accept|content-type|last-event-id|mcp-(?!session-id$)[a-z0-9-]+|traceparent|tracestate|baggage)$/;

/** Whether a request has been through this platform already, or through too many. */
export function isLoop({ headers }: RequestFacts, settings: BaseSettings): boolean {
  const hops = hopsOf(headers);
  return hops.includes(nameOf(settings)) || hops.length >= maxHops;
}

/** The client's headers that concern the server, with what the platform adds: credentials and cookies are not among them. */
export function headersTo(
  { deployment, endpoint }: ServerReplica,
  { headers, requestId }: RequestFacts,
  caller: Caller,
  settings: BaseSettings,
  session: SessionPlace | undefined,
): Record<string, string> {
  const remote = endpoint.guarded;
  return {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => passed.test(name))),
    'x-request-id': requestId,
    ...(session && { 'mcp-session-id': session.upstreamId }),
    ...(session && !remote && resumption(session, deployment)),
    ...(!remote && { 'x-mcp-caller': callerName(deployment.id, caller.userId) }),
    ...(!remote && settings.MCP_LISTEN === 'off' && { 'x-mcp-listen': 'off' }),
    ...(remote && { [hopHeader]: [...hopsOf(headers), nameOf(settings)].join(' ') }),
    ...endpoint.headers,
  };
}

/** How a runner opens the session that it does not have: not for a server whose sessions end with their process. */
function resumption({ replicaId, initialize }: SessionPlace, { options }: ServerReplica['deployment']) {
  if (initialize === undefined || (options.stateful && replicaId !== undefined)) return {};
  return {
    'x-session-initialize': packed(initialize),
    // A session among those of all servers is not over with the server's process.
    ...(replicaId === undefined && { 'x-session-anew': '1' }),
  };
}

/** For requests that the platform makes by itself in a caller's name. */
export function ownHeaders(
  { deployment, endpoint }: ServerReplica,
  caller: Caller,
  settings: BaseSettings,
): Record<string, string> {
  return endpoint.guarded
    ? { ...endpoint.headers, [hopHeader]: nameOf(settings) }
    : { ...endpoint.headers, 'x-mcp-caller': callerName(deployment.id, caller.userId) };
}

const names = createLRU<string, string>({ max: 1_000 });

/** A runner gives callers their share, and keeps their processes apart; it need not know who they are. */
function callerName(deploymentId: string, userId: string): string {
  return remembered(`${deploymentId} ${userId}`).slice(0, 22);
}

function remembered(text: string): string {
  const known = names.get(text) ?? digest(text);
  names.set(text, known);
  return known;
}

function hopsOf(headers: Readonly<Record<string, string>>): string[] {
  return (headers[hopHeader] ?? '').split(/\s+/).filter((hop) => hop !== '');
}

function nameOf({ BASE_URL, STAGE }: BaseSettings): string {
  return remembered(`${STAGE} ${BASE_URL}`).slice(0, 16);
}

/** A session that was decrypted is the same object in each of its requests. */
const packings = new WeakMap<object, string>();

function packed(initialize: object): string {
  const known = packings.get(initialize) ?? Buffer.from(JSON.stringify(initialize)).toString('base64url');
  packings.set(initialize, known);
  return known;
}
