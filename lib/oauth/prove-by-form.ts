import type { User } from '../auth/ports.ts';
import { type ProofServices, proveUser } from '../auth/prove-user.ts';
import { Credentials } from '../auth/schema.ts';
import { applyStatus } from '../auth/user-status.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { SignInFault } from './sign-in-form.ts';

/** Who has filled in a sign-in form, or what it lacks. @throws Problem of status 500 and more. */
export async function proveByForm(
  services: ProofServices,
  form: Readonly<Record<string, string>>,
  address: string,
): Promise<{ readonly user: User } | { readonly fault: SignInFault }> {
  const { username = '', password, totp, new_password } = form;
  const credentials = Credentials.safeParse({ username, password, totp, new_password });
  if (!credentials.success) {
    const message = credentials.error.issues[0]?.message ?? 'Fill in both fields.';
    return { fault: { message, username, asks: new_password === undefined ? 'nothing' : 'new_password' } };
  }
  try {
    const user = await proveUser(services, credentials.data, address);
    await applyStatus(services.sessions, user, undefined);
    return { user };
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return { fault: { message: messageOf(error), username, asks: asksOf(error) } };
  }
}

function messageOf(error: Problem): string {
  return error.type === 'invalid-credentials'
    ? 'User name or password is wrong.'
    : (error.options.detail ?? error.title);
}

function asksOf({ type }: Problem): SignInFault['asks'] {
  if (type === 'totp-required') return 'totp';
  return type === 'password-change-required' ? 'new_password' : 'nothing';
}
