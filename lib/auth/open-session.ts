import { auditEntry } from '../audit/audit-entry.ts';
import type { Role } from '../kernel/http/caller.ts';
import type { OutboxStore, Relay } from '../outbox/ports.ts';
import type { SessionStore } from './ports.ts';
import type { TokenPair } from './schema.ts';
import { type newSession, tokenPair } from './session.ts';
import type { LoginDetails } from './sessions.ts';
import type { SigningKey } from './tokens.ts';

export interface SessionServices {
  readonly sessions: SessionStore;
  readonly signingKey: SigningKey;
  readonly outbox: OutboxStore;
  readonly relay: Relay;
}

interface Login {
  /** What the program that logs in calls itself. */
  readonly userAgent: string | undefined;
  /** The network address of whoever allowed it, where that was not done by the program itself. */
  readonly allowedFrom?: string;
}

/** Keeps the new session of a person, and records the login: the list of their sessions is made of these records. */
export async function openSession(
  services: SessionServices,
  { family, token }: ReturnType<typeof newSession>,
  role: Role,
  { userAgent, allowedFrom }: Login,
): Promise<TokenPair> {
  const details: LoginDetails = {
    session_id: family.id,
    user_agent: userAgent?.slice(0, 200) ?? null,
    ...(allowedFrom !== undefined && { allowed_from: allowedFrom }),
  };
  const [answer] = await Promise.all([
    tokenPair(services.signingKey, family, role, token.text),
    services.sessions.openFamily(family),
    recordLogin(services, family.userId, details),
  ]);
  return answer;
}

async function recordLogin({ outbox, relay }: SessionServices, userId: string, details: LoginDetails): Promise<void> {
  const entry = auditEntry({ userId }, { action: 'user.logged-in', target: { type: 'user', id: userId }, details });
  await outbox.add([entry]);
  await relay.send([entry.id]);
}
