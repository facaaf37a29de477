import { createLRU } from 'lru.min';
import * as z from 'zod';
import type { Caller } from '../kernel/http/caller.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { isObject, type Params } from '../upstream/json-rpc.ts';

/** Where an MCP session lives, and how it began. */
export interface SessionPlace {
  /** undefined: wherever its id leads; it is opened there when it is not there yet. */
  readonly replicaId: string | undefined;
  /** The session's id as the server knows it. */
  readonly upstreamId: string;
  /** What the client sent with `initialize`, so that the session can be opened anew in its place; undefined when it shall not be. */
  readonly initialize: Params | undefined;
}

/** In place of a server's id: the platform has opened the session itself, and each of its requests goes on in another. */
export const ownSession = 'platform:own';

const Kept = z.tuple([z.string().nullable(), z.string(), z.record(z.string(), z.unknown())]);
/** A header has to stay small; clients send a few hundred bytes. */
const maxKept = 1_500;

/*
 * The session id that a client gets holds, encrypted, what is needed to find the session, and to open it anew when its process is gone: nothing has to be
 * stored. It stays the same for the session's life, and is good for the caller and the tool that it was made for alone.
 */

export function encryptSession(
  encryptor: Encryptor,
  caller: Caller,
  toolId: string,
  { replicaId, upstreamId, initialize = {} }: SessionPlace,
): Promise<string> {
  return encryptor.encrypt(
    JSON.stringify([replicaId ?? null, upstreamId, shortened(initialize)]),
    contextOf(caller, toolId),
  );
}

/** What was decrypted lately, with whom it was decrypted for: the same id stands in every request of a session. */
const decrypted = createLRU<string, SessionPlace & { readonly context: string }>({ max: 1_000 });

/** undefined for an id that was not made for this caller and tool. */
export async function decryptSession(
  encryptor: Encryptor,
  caller: Caller,
  toolId: string,
  sessionId: string,
): Promise<SessionPlace | undefined> {
  const context = contextOf(caller, toolId);
  const known = decrypted.get(sessionId);
  if (known) return known.context === context ? known : undefined;
  let text: string;
  try {
    text = await encryptor.decrypt(sessionId, context);
  } catch {
    // Whatever is wrong with it, it is no session of this caller's.
    return undefined;
  }
  const [replicaId, upstreamId, initialize] = Kept.parse(JSON.parse(text));
  const place = { context, replicaId: replicaId ?? undefined, upstreamId, initialize };
  decrypted.set(sessionId, place);
  return place;
}

/** The client's parameters; of unusually long ones what a server goes by. */
function shortened(params: Params): Params {
  if (JSON.stringify(params).length <= maxKept) return params;
  const { protocolVersion, capabilities, clientInfo } = params;
  const { name, version } = isObject(clientInfo) ? clientInfo : {};
  const offered = isObject(capabilities) ? Object.keys(capabilities).slice(0, 20) : [];
  return {
    protocolVersion: String(protocolVersion).slice(0, 32),
    capabilities: Object.fromEntries(offered.map((capability) => [capability.slice(0, 40), {}])),
    clientInfo: { name: String(name).slice(0, 100), version: String(version).slice(0, 100) },
  };
}

function contextOf({ userId }: Caller, toolId: string): string {
  return `mcp-session:${toolId}:${userId}`;
}
