import * as z from 'zod';
import type { User } from '../auth/ports.ts';
import { type ProofServices, proveUser } from '../auth/prove-user.ts';
import type { Credentials } from '../auth/schema.ts';
import { enterByIdentity, type IdentityServices, linkIdentity } from '../identities/enter-by-identity.ts';
import { ProvedIdentity } from '../identities/identity.ts';
import { Problem } from '../kernel/errors/problem.ts';
import { decryptForm } from './authorization.ts';

export const identityContext = 'oauth-identity';
/** In a form: who somebody is at a provider, and the one request that they signed in for. */
const Carried = ProvedIdentity.extend({ request: z.string(), expiresAt: z.number() });

/**
 * Who has signed in at a provider and goes on here.
 * @param credentials Of the user whose identity it becomes, the first time.
 * @returns `unlinked` when it is nobody's yet, and no credentials came with it.
 * @throws Problem as a sign-in by password does.
 */
export async function userByIdentity(
  services: ProofServices & IdentityServices,
  form: Readonly<Record<string, string>>,
  credentials: Credentials | undefined,
  address: string,
): Promise<User | 'unlinked'> {
  const proved = await decryptForm(services.encryptor, form['identity'], identityContext, Carried);
  if (!proved || proved.expiresAt < Date.now() || proved.request !== form['request'])
    throw new Problem('unauthorized', { detail: 'The sign-in has taken too long. Start again in your application.' });
  const known = await enterByIdentity(services, proved, credentials ? undefined : form['totp'] || undefined);
  if (known) return known;
  if (!credentials) return 'unlinked';
  const user = await proveUser(services, credentials, address);
  await linkIdentity(services, user.id, proved);
  return user;
}
