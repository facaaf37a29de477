import { reportSecurityEvent } from '../audit/report-security-event.ts';
import { openSession, type SessionServices } from '../auth/open-session.ts';
import type { TokenPair } from '../auth/schema.ts';
import { isActive, newSession } from '../auth/session.ts';
import { permissionsOf, type Role } from '../kernel/http/caller.ts';
import type { Limiter } from '../kernel/http/rate-limit.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { assertCommandLine } from './clients.ts';
import { createDeviceCode, type Decision, deviceCodeMs, findDeviceCode } from './device-codes.ts';
import type { CodeStore } from './ports.ts';
import { answering, jsonReply, OAuthError, readEncodedForm, type Reply } from './reply.ts';

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const intervalSeconds = 5;

interface DeviceServices {
  readonly codes: CodeStore;
  readonly encryptor: Encryptor;
}

/** Device authorization request (RFC 8628, section 3.1), from the command line alone. */
export function startDevice(
  services: DeviceServices & { readonly settings: Pick<BaseSettings, 'BASE_URL'> },
  contentType: string | undefined,
  body: string,
  address: string,
): Promise<Reply> {
  return answering(async () => {
    const { client_id, scope = '' } = readEncodedForm(contentType, body);
    if (client_id === undefined) throw new OAuthError('invalid_request', 'Send the client_id.');
    assertCommandLine(client_id);
    if (scope.trim() !== '')
      throw new OAuthError('invalid_scope', 'What is given is a login session, which has no scope. Send none.');
    const { deviceCode, userCode } = await createDeviceCode(services, address);
    const page = `${services.settings.BASE_URL}/oauth/device`;
    return jsonReply({
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: page,
      verification_uri_complete: `${page}?user_code=${userCode}`,
      expires_in: deviceCodeMs / 1000,
      interval: intervalSeconds,
    });
  });
}

export type DeviceTokenServices = DeviceServices & SessionServices & { readonly fallbackLimiter: Limiter };

/** Device access token request (RFC 8628, section 3.4): a login session, once, as soon as a person has allowed it. */
export async function exchangeDeviceCode(
  services: DeviceTokenServices,
  form: Readonly<Record<string, string>>,
  clientId: string,
  userAgent: string | undefined,
): Promise<Reply> {
  assertCommandLine(clientId);
  const found = await findDeviceCode(services, form['device_code'] ?? '');
  if (!found) throw new OAuthError('invalid_grant', 'The device code is unknown.');
  const { device, decision, isOver } = found;
  if (isOver) throw expired();
  if (decision.state === 'pending') return wait(services, device);
  if (decision.state === 'refused') throw new OAuthError('access_denied', 'The user has refused.');
  return openDeviceSession(services, device, decision, userAgent);
}

async function wait({ fallbackLimiter }: DeviceTokenServices, device: string): Promise<never> {
  const pace = await fallbackLimiter.count(`device-poll:${device}`, { requests: 1, windowSeconds: intervalSeconds });
  if (pace?.allowed === false)
    throw new OAuthError('slow_down', `Ask once in ${intervalSeconds} s, and in 5 s more after this answer.`);
  throw new OAuthError('authorization_pending', 'Nobody has allowed or refused it yet.');
}

async function openDeviceSession(
  services: DeviceTokenServices,
  device: string,
  { userId, userVersion, address }: Extract<Decision, { state: 'allowed' }>,
  userAgent: string | undefined,
): Promise<Reply> {
  const { codes, sessions } = services;
  const spent = await codes.spend(device);
  if (!spent) throw expired();
  if (!spent.first) {
    reportSecurityEvent({ action: 'application.code-reused', actorId: userId, target: { type: 'user', id: userId } });
    throw new OAuthError('invalid_grant', 'The device code was used before.');
  }
  const opened = newSession({ id: userId, updatedAt: new Date(userVersion) });
  const user = await sessions.user(userId);
  if (!isActive(opened.family, user))
    throw new OAuthError('invalid_grant', 'The user has signed out of everything since, or is not active.');
  return sessionReply(await openSession(services, opened, user.role, { userAgent, allowedFrom: address }), user.role);
}

/** The tokens of a login session in OAuth's form; their scope is what the user's role may do. */
export function sessionReply(pair: TokenPair, role: Role): Reply {
  return jsonReply({ ...pair, token_type: 'Bearer', scope: permissionsOf(role).join(' ') });
}

function expired(): OAuthError {
  return new OAuthError('expired_token', 'The device code has expired. Start again.');
}
