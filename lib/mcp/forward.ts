import { AccountNeeded } from '../accounts/account-needed.ts';
import type { AccountStore } from '../accounts/ports.ts';
import type { Caller } from '../kernel/http/caller.ts';
import type { RequestFacts } from '../kernel/lambda/declaration.ts';
import type { Log } from '../kernel/log/log.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import {
  drainingHeader,
  type Upstream,
  type UpstreamAnswer,
  UpstreamFailure,
  type UpstreamRequest,
} from '../upstream/ports.ts';
import { headOf } from './answer-head.ts';
import { firstByteMs } from './answer-in-time.ts';
import { findReplica, findServer, type ServerReplica, type ServerServices } from './find-server.ts';
import { assertKnownOrigin } from './origin.ts';
import { headersTo, isLoop } from './request-headers.ts';
import { failures, type RpcFailure } from './rpc.ts';
import { decryptSession, ownSession, type SessionPlace } from './session-id.ts';
import { upstreamFor } from './upstream-for.ts';

export interface ForwardServices extends ServerServices {
  readonly upstream: Upstream;
  readonly accounts: AccountStore;
  readonly settings: BaseSettings;
}

/** What a client sent, and to whom. */
export interface Forwarding {
  readonly caller: Caller;
  readonly slug: string;
  readonly request: RequestFacts;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** In place of the one that the request names. */
  readonly session?: SessionPlace | undefined;
}

/** An answer from the server, and where it came from. */
export interface Forwarded {
  readonly replica: ServerReplica;
  readonly answer: UpstreamAnswer;
  readonly head: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
}

/** There is no answer of the server to pass on. `replica`: the one that was asked, if any was. */
export interface NotForwarded {
  readonly failure: RpcFailure;
  readonly replica?: ServerReplica;
  /** The server wants an account of the caller. */
  readonly needed?: AccountNeeded;
  /** The session that was asked in, or meant. */
  readonly session?: SessionPlace | undefined;
}

const maxTries = 4;

/**
 * Sends a request on to a replica: to its session's, or to any. What surely arrived nowhere is tried with another; a session whose replica is gone is
 * opened anew on another one, under the id that its client knows. Nothing that may have arrived is sent twice.
 * @throws Problem `forbidden`, `not-found`.
 */
export async function forward(
  services: ForwardServices,
  { caller, slug, request, signal, session: given }: Forwarding,
  sent: Pick<UpstreamRequest, 'method' | 'body' | 'totalTimeoutMs'>,
  held?: string,
): Promise<Forwarded | NotForwarded> {
  assertKnownOrigin(request, services.settings);
  if (isLoop(request, services.settings)) return { failure: failures.loop };
  const session = given ?? (await readSession(services, caller, slug, request.headers['mcp-session-id']));
  if (session === 'unknown') return { failure: failures.noSession };
  if (session?.upstreamId === ownSession) return { failure: failures.ownSession, session };
  const tried = new Set<string>();
  let last: NotForwarded = { failure: failures.unavailable };
  while (tried.size < maxTries) {
    const replica = await findReplica(services, caller, slug, wantedBy(session, held, tried));
    if (!replica) return last;
    const isMoved = session?.replicaId !== undefined && session.replicaId !== replica.id;
    if (isMoved && replica.deployment.options.stateful) return { failure: failures.noSession, replica };
    const outcome = await sendTo(upstreamFor(services, caller, replica), replica, {
      ...sent,
      url: replica.endpoint.url,
      headers: headersTo(replica, request, caller, services.settings, session),
      guarded: replica.endpoint.guarded,
      headTimeoutMs: firstByteMs,
      signal,
    });
    if (outcome !== 'elsewhere') return { ...outcome, session };
    tried.add(replica.id);
    last = { failure: failures.unavailable, replica };
    if (replica.endpoint.guarded) return last;
  }
  return last;
}

function wantedBy(session: SessionPlace | undefined, held: string | undefined, tried: ReadonlySet<string>) {
  if (session) return { tried, home: session.replicaId, key: session.upstreamId };
  return held === undefined ? { tried } : { tried, home: held };
}

async function readSession(
  services: ForwardServices,
  caller: Caller,
  slug: string,
  sessionId: string | undefined,
): Promise<SessionPlace | 'unknown' | undefined> {
  if (sessionId === undefined) return undefined;
  const { deployment } = await findServer(services, caller, slug);
  return (await decryptSession(services.encryptor, caller, deployment.toolId, sessionId)) ?? 'unknown';
}

/** `elsewhere`: the replica has surely not taken the request. */
async function sendTo(
  upstream: Upstream,
  replica: ServerReplica,
  request: UpstreamRequest,
): Promise<Forwarded | NotForwarded | 'elsewhere'> {
  try {
    const answer = await upstream.send(request);
    if (answer.headers[drainingHeader] !== undefined && !replica.endpoint.guarded) {
      await discard(answer);
      return 'elsewhere';
    }
    const head = headOf(answer);
    if (!('code' in head)) return { replica, answer, head };
    await discard(answer);
    return { failure: head, replica };
  } catch (error) {
    if (error instanceof AccountNeeded)
      return { failure: { ...failures.accountNeeded, message: error.message }, replica, needed: error };
    if (!(error instanceof UpstreamFailure)) throw error;
    if (error.kind === 'unsent') return 'elsewhere';
    return { failure: failureOf(error), replica };
  }
}

export function failureOf({ kind, message }: UpstreamFailure): RpcFailure {
  if (kind === 'timeout') return failures.timeout;
  if (kind === 'broken') return failures.broken;
  if (kind === 'unsent') return failures.unavailable;
  return { ...failures.unreadable, reason: message };
}

async function discard({ body }: UpstreamAnswer): Promise<void> {
  try {
    for await (const _ of body) return;
  } catch (error) {
    if (!(error instanceof UpstreamFailure)) throw error;
  }
}
