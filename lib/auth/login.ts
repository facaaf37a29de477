import { auditEntry } from '../audit/audit-entry.ts';
import type { OutboxStore } from '../outbox/ports.ts';
import type { User } from './ports.ts';
import { type ProofServices, proveUser } from './prove-user.ts';
import type { Credentials, TokenPair } from './schema.ts';
import type { LoginDetails } from './sessions.ts';
import { newSession, tokenPair } from './session.ts';
import type { SigningKey } from './tokens.ts';
import { applyStatus } from './user-status.ts';

type LoginServices = ProofServices & { readonly signingKey: SigningKey; readonly outbox: OutboxStore };

interface Client {
  /** The network address of whoever logs in. */
  readonly address: string;
  /** What their program calls itself. */
  readonly userAgent: string | undefined;
}

/**
 * Opens a session.
 * @throws as {@link proveUser}.
 */
export async function login(
  services: LoginServices,
  credentials: Credentials,
  { address, userAgent }: Client,
): Promise<TokenPair> {
  const { sessions, signingKey } = services;
  const user = await proveUser(services, credentials, address);
  const { family, token } = newSession(user);
  const [answer] = await Promise.all([
    tokenPair(signingKey, family, user.role, token.text),
    sessions.openFamily(family),
    // Login is where the status comes from, and where it heals if a change in MySQL was never relayed.
    applyStatus(sessions, user, undefined),
    recordLogin(services, user, { session_id: family.id, user_agent: userAgent?.slice(0, 200) ?? null }),
  ]);
  return answer;
}

/** The list of a user's sessions is made of these. */
async function recordLogin({ outbox, relay }: LoginServices, user: User, details: LoginDetails): Promise<void> {
  const target = { type: 'user', id: user.id };
  const entry = auditEntry({ userId: user.id }, { action: 'user.logged-in', target, details });
  await outbox.add([entry]);
  await relay.send([entry.id]);
}
