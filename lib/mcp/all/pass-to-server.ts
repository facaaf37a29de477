import type { ServingTarget } from '../../deployments/serving-target.ts';
import type { StreamedAnswer } from '../../kernel/lambda/declaration.ts';
import type { SearchServices } from '../../knowledge/search/open-space.ts';
import { errorText, type Params, type Request, resultText, type RpcError } from '../../upstream/json-rpc.ts';
import { headerText } from '../../upstream/stateless-request.ts';
import { finished } from '../../upstream/stateless-result.ts';
import { digest, findServer } from '../find-server.ts';
import { forward, type Forwarding, type ForwardServices } from '../forward.ts';
import { postMessage } from '../post-message.ts';
import { askInOwnSession } from '../ask-in-own-session.ts';
import type { SessionPlace } from '../session-id.ts';
import { fromServer } from './names.ts';
import { rewriteAnswer } from './rewrite-answer.ts';

export type AllServices = ForwardServices & SearchServices;

/** A request on the endpoint of all, and its session there; undefined for protocol 2026-07-28. */
export interface AllForwarding extends Omit<Forwarding, 'slug' | 'session'> {
  readonly session: SessionPlace | undefined;
}

/**
 * Passes a request on to one server, as that server knows it: in a session of that server's own for each session here, opened when it is first needed.
 * A server that has no such sessions, or is closed to the client's revision, is asked in the platform's own.
 * @throws Problem `forbidden`, `not-found`.
 */
export async function passToServer(
  services: ForwardServices,
  forwarding: AllForwarding,
  slug: string,
  message: Request,
): Promise<StreamedAnswer> {
  const target = await findServer(services, forwarding.caller, slug);
  const { options } = target.deployment;
  const era = forwarding.session ? '2025-11-25' : '2026-07-28';
  if ('url' in target.deployment.launch || !options.eras.includes(era)) {
    return askFor(services, forwarding, target, message);
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, method: message.method, params: message.params });
  return rewriteAnswer(slug, await postMessage(services, towards(forwarding, target, message.params), body));
}

/** Passes on what needs no answer. */
export async function notifyServer(
  services: ForwardServices,
  forwarding: AllForwarding,
  slug: string,
  message: Params,
): Promise<void> {
  const target = await findServer(services, forwarding.caller, slug);
  if ('url' in target.deployment.launch) return;
  await drained(await postMessage(services, towards(forwarding, target, {}), JSON.stringify(message)));
}

/** Says something in those sessions of servers that are there; none is opened for it. */
export async function notifyOpenSessions(
  services: ForwardServices,
  forwarding: AllForwarding,
  targets: readonly Pick<ServingTarget, 'deployment'>[],
  sent: { readonly method: 'POST'; readonly body: string } | { readonly method: 'DELETE' },
): Promise<void> {
  const running = targets.filter(({ deployment }) => deployment.status === 'running' && !('url' in deployment.launch));
  await Promise.all(
    running.map(async (target) => {
      const { session, ...rest } = towards(forwarding, target, {});
      const known = session && { ...session, initialize: undefined };
      const forwarded = await forward(services, { ...rest, session: known }, sent);
      if ('answer' in forwarded) await drained({ body: forwarded.answer.body });
    }),
  );
}

/**
 * The stream of one server for a session: from the event on that the client got last, or of the session that is there.
 * @returns undefined when there is none.
 */
export async function openServerStream(
  services: ForwardServices,
  forwarding: AllForwarding,
  slug: string,
  lastEventId?: string,
): Promise<StreamedAnswer | undefined> {
  const target = await findServer(services, forwarding.caller, slug);
  const { request, session, ...rest } = towards(forwarding, target, {});
  const headers = { ...request.headers, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
  const known = session && { ...session, ...(lastEventId === undefined && { initialize: undefined }) };
  const forwarded = await forward(
    services,
    { ...rest, request: { ...request, headers }, session: known },
    { method: 'GET' },
  );
  if ('failure' in forwarded) return undefined;
  return rewriteAnswer(slug, { ...forwarded.head, body: forwarded.answer.body });
}

function towards(
  { session, request, ...rest }: AllForwarding,
  { deployment }: Pick<ServingTarget, 'deployment'>,
  { name, uri }: Params,
): Forwarding {
  const { 'mcp-session-id': _id, 'last-event-id': _last, 'mcp-name': said, ...headers } = request.headers;
  const subject = typeof name === 'string' ? name : uri;
  return {
    ...rest,
    slug: deployment.slug,
    request: {
      ...request,
      headers: {
        ...headers,
        ...(said !== undefined && typeof subject === 'string' && { 'mcp-name': headerText(subject) }),
      },
    },
    session: session && {
      replicaId: undefined,
      // The same wherever it is asked for, for as long as the tool is there.
      upstreamId: digest(`${session.upstreamId} ${deployment.toolId}`).slice(0, 36),
      initialize: session.initialize,
    },
  };
}

async function askFor(
  services: ForwardServices,
  given: AllForwarding,
  { deployment }: ServingTarget,
  { id, method, params }: Request,
): Promise<StreamedAnswer> {
  const { slug, serverInfo } = deployment;
  const answer = await askInOwnSession(services, given, deployment, { method, params });
  if ('error' in answer) return json(200, errorText(id, answer.error));
  const named = { name: slug, version: '', ...serverInfo };
  const whole = given.session ? answer.result : finished(answer.result, method, { serverInfo: named });
  return json(200, JSON.stringify(fromServer(slug, JSON.parse(resultText(id, whole)) as Params)));
}

export function json(status: number, body: string): StreamedAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body };
}

export function refused(
  status: number,
  id: string | number | null,
  code: RpcError['code'],
  message: string,
): StreamedAnswer {
  return json(status, errorText(id, { code, message }));
}

async function drained({ body }: Pick<StreamedAnswer, 'body'>): Promise<void> {
  if (typeof body === 'string') return;
  for await (const _ of body);
}
