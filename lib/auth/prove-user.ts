import { reportSecurityEvent } from '../audit/report-security-event.ts';
import { networkOf } from '../kernel/http/network.ts';
import { invalidField, Problem } from '../kernel/errors/problem.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { replacePassword } from './change-password.ts';
import { assertUncommon, hashPassword, isOutdated, verifyPassword } from './passwords.ts';
import type { LoginHistory, User } from './ports.ts';
import type { Credentials } from './schema.ts';
import { assertSecondFactor, type SecondFactorServices } from './second-factor.ts';
import { assertMayTry } from './slow-guessing.ts';

export interface ProofServices extends SecondFactorServices {
  readonly loginHistory: LoginHistory;
  readonly settings: Pick<BaseSettings, 'RATE_LIMIT_SCALE'>;
}

/**
 * Who somebody is, by password and second factor. An unknown name, a wrong password and a deactivated user get the same answer after the same time.
 * @throws Problem `invalid-credentials`, `totp-required`, `password-change-required`, `rate-limit-exceeded`.
 */
export async function proveUser(services: ProofServices, credentials: Credentials, address: string): Promise<User> {
  const { users, loginHistory, settings } = services;
  const user = await users.byLogin(credentials.username);
  const account = user?.id ?? `name:${credentials.username.toLowerCase()}`;
  try {
    await assertMayTry(services, account, address, settings.RATE_LIMIT_SCALE);
    const proved = await prove(services, user, credentials);
    await loginHistory.remember(proved.id, networkOf(address));
    return proved;
  } catch (error) {
    if (error instanceof Problem && error.status < 500)
      reportSecurityEvent({
        action: 'user.login-failed',
        actorId: undefined,
        target: { type: 'user', id: user?.id ?? 'unknown' },
        details: { reason: error.type },
      });
    throw error;
  }
}

async function prove(services: ProofServices, user: User | undefined, credentials: Credentials): Promise<User> {
  const { password, totp, new_password: newPassword } = credentials;
  const right = await verifyPassword(password, user?.passwordHash);
  if (!user?.isActive || !right)
    throw new Problem('invalid-credentials', { headers: { 'www-authenticate': 'Bearer' } });
  if (user.passwordIsTemporary && !newPassword) throw changeRequired();
  if (!user.passwordIsTemporary && newPassword)
    throw invalidField(
      ['new_password'],
      'Only a temporary password is replaced at login; any other with POST /api/v1/auth/password',
      'custom',
    );
  const proved = await assertSecondFactor(services, user, totp ?? undefined);
  if (newPassword) return replaceTemporary(services, proved, password, newPassword);
  if (isOutdated(user.passwordHash))
    await services.users.rehashPassword(user.id, user.passwordHash, await hashPassword(password));
  return proved;
}

async function replaceTemporary(services: ProofServices, user: User, former: string, next: string): Promise<User> {
  if (next === former) throw invalidField(['new_password'], 'Must differ from the temporary password', 'custom');
  await assertUncommon(next, user, 'new_password');
  return replacePassword(services, user, await hashPassword(next), { by: { userId: user.id } });
}

function changeRequired(): Problem {
  return new Problem('password-change-required', {
    detail: 'The password was made by the operator. Log in with it once more and name your own as new_password.',
    headers: { 'www-authenticate': 'Bearer' },
  });
}
