import type { User } from '../auth/ports.ts';
import { type ProofServices, proveUser } from '../auth/prove-user.ts';
import { Credentials } from '../auth/schema.ts';
import { applyStatus } from '../auth/user-status.ts';
import type { IdentityServices } from '../identities/enter-by-identity.ts';
import { Problem } from '../kernel/errors/problem.ts';
import { userByIdentity } from './proved-identity.ts';
import type { SignInFault } from './sign-in-form.ts';

type Form = Readonly<Record<string, string>>;
export type FormServices = ProofServices & IdentityServices;

/** Who has filled in a sign-in form, or what it lacks. @throws Problem of status 500 and more. */
export async function proveByForm(
  services: FormServices,
  form: Form,
  address: string,
): Promise<{ readonly user: User } | { readonly fault: SignInFault }> {
  const { username = '', password = '', identity, new_password } = form;
  const lacks = (message: string, asks: SignInFault['asks']) => ({ fault: { message, username, asks, identity } });
  const isBare = identity !== undefined && username === '' && password === '';
  const credentials = isBare ? undefined : Credentials.safeParse(credentialsOf(form));
  if (credentials && !credentials.success) {
    const message = credentials.error.issues[0]?.message ?? 'Fill in both fields.';
    return lacks(message, new_password === undefined ? 'nothing' : 'new_password');
  }
  try {
    const user = credentials
      ? await (identity === undefined
          ? proveUser(services, credentials.data, address)
          : userByIdentity(services, form, credentials.data, address))
      : await userByIdentity(services, form, undefined, address);
    if (user === 'unlinked')
      return lacks('This account is linked to nobody here yet. Sign in with your password once, to link it.', 'link');
    await applyStatus(services.sessions, user, undefined);
    return { user };
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return lacks(messageOf(error, form, isBare), asksOf(error));
  }
}

function credentialsOf({ username = '', password, totp, new_password }: Form) {
  return { username, password, totp, new_password };
}

/** In words for who fills in a form; the API's own speak of members. */
function messageOf({ type, options, title }: Problem, { totp }: Form, isBare: boolean): string {
  const again = isBare ? '' : 'your password again, and ';
  if (type === 'invalid-credentials') return 'User name or password is wrong.';
  if (type === 'password-change-required')
    return 'The password is a temporary one: enter it again, and your own new one.';
  if (type === 'totp-required' && (totp ?? '') === '')
    return `Enter ${again}the code of your authenticator app, or a recovery code.`;
  return options.detail ?? title;
}

function asksOf({ type }: Problem): SignInFault['asks'] {
  if (type === 'totp-required') return 'totp';
  return type === 'password-change-required' ? 'new_password' : 'nothing';
}
