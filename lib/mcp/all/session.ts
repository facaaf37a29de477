import type { Caller } from '../../kernel/http/caller.ts';
import type { StreamedAnswer } from '../../kernel/lambda/declaration.ts';
import type { Quotas } from '../../quotas/quotas.ts';
import type { ForwardServices } from '../forward.ts';
import { enterForStream } from '../open-stream.ts';
import { assertKnownOrigin } from '../origin.ts';
import { failures, rpcAnswer } from '../rpc.ts';
import { decryptSession, type SessionPlace } from '../session-id.ts';
import { followSession } from './follow-session.ts';
import { placeOfId } from './names.ts';
import { type AllForwarding, notifyOpenSessions, openServerStream } from './pass-to-server.ts';
import { servedTo } from './read-offered.ts';

/** In place of a tool's id: a session on the endpoint of all. */
export const allServers = 'all';

type Given = Omit<AllForwarding, 'session'>;

/** The session holds nothing but what the client began with, so every process of the platform can go on with it. */
export async function readAllSession(
  { encryptor }: Pick<ForwardServices, 'encryptor'>,
  caller: Caller,
  id: string | undefined,
): Promise<SessionPlace | undefined> {
  return id === undefined ? undefined : decryptSession(encryptor, caller, allServers, id);
}

/**
 * The stream of a session: what changed, what servers say, or what was missed of an answer that broke off.
 * @throws Problem as every stream of messages.
 */
export async function openAllStream(
  services: ForwardServices & { readonly quotas: Quotas },
  given: Given,
): Promise<StreamedAnswer> {
  assertKnownOrigin(given.request, services.settings);
  const { headers } = given.request;
  const session = await readAllSession(services, given.caller, headers['mcp-session-id']);
  if (!session) return rpcAnswer(null, failures.noSession);
  return enterForStream(services, given, async (signal) => {
    const forwarding = { ...given, session, signal };
    const place = placeOfId(headers['last-event-id']);
    const resumed = place && (await openServerStream(services, forwarding, place.slug, String(place.id)));
    return resumed ?? followSession(services, forwarding);
  });
}

/** Ends the sessions of servers that were opened for this one. */
export async function endAllSession(services: ForwardServices, given: Given): Promise<StreamedAnswer> {
  assertKnownOrigin(given.request, services.settings);
  const session = await readAllSession(services, given.caller, given.request.headers['mcp-session-id']);
  if (!session) return rpcAnswer(null, failures.noSession);
  await notifyOpenSessions(services, { ...given, session }, await servedTo(services, given.caller), {
    method: 'DELETE',
  });
  return { status: 204, headers: {}, body: '' };
}
