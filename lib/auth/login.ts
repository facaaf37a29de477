import { openSession, type SessionServices } from './open-session.ts';
import { type ProofServices, proveUser } from './prove-user.ts';
import type { Credentials, TokenPair } from './schema.ts';
import { newSession } from './session.ts';
import { applyStatus } from './user-status.ts';

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
  services: ProofServices & SessionServices,
  credentials: Credentials,
  { address, userAgent }: Client,
): Promise<TokenPair> {
  const user = await proveUser(services, credentials, address);
  const [answer] = await Promise.all([
    openSession(services, newSession(user), user.role, { userAgent }),
    // Login is where the status comes from, and where it heals if a change in MySQL was never relayed.
    applyStatus(services.sessions, user, undefined),
  ]);
  return answer;
}
