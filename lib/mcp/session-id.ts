import type { Caller } from '../kernel/http/caller.ts';
import type { Encryptor } from '../secrets/encryptor.ts';

/** Where an MCP session lives. */
export interface SessionPlace {
  readonly replicaId: string;
  /** The session's id as the server knows it. */
  readonly upstreamId: string;
}

/*
 * The session id that a client gets holds, sealed, which replica the session is on and under which id: nothing has to be stored, and it opens for the
 * caller and the deployment that it was made for alone.
 */

export function encryptSession(
  encryptor: Encryptor,
  caller: Caller,
  deploymentId: string,
  place: SessionPlace,
): Promise<string> {
  return encryptor.encrypt(`${place.replicaId} ${place.upstreamId}`, placeOf(caller, deploymentId));
}

/** What was opened lately, with whom it was opened for: the same id stands in every request of a session. */
const opened = new Map<string, SessionPlace & { readonly place: string }>();
const maxOpened = 1000;

/** undefined for an id that was not made for this caller and deployment. */
export async function openSession(
  encryptor: Encryptor,
  caller: Caller,
  deploymentId: string,
  sessionId: string,
): Promise<SessionPlace | undefined> {
  const place = placeOf(caller, deploymentId);
  const known = opened.get(sessionId);
  if (known) return known.place === place ? known : undefined;
  try {
    const [replicaId = '', upstreamId = ''] = (await encryptor.decrypt(sessionId, place)).split(' ');
    opened.set(sessionId, { place, replicaId, upstreamId });
    const oldest = opened.keys().next();
    if (opened.size > maxOpened && !oldest.done) opened.delete(oldest.value);
    return { replicaId, upstreamId };
  } catch {
    // Whatever is wrong with it, it is no session of this caller's.
    return undefined;
  }
}

function placeOf({ userId }: Caller, deploymentId: string): string {
  return `mcp-session:${deploymentId}:${userId}`;
}
