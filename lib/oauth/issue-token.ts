import { createHash, timingSafeEqual } from 'node:crypto';
import { auditEntry } from '../audit/audit-entry.ts';
import { reportSecurityEvent } from '../audit/report-security-event.ts';
import type { SessionFamily } from '../auth/ports.ts';
import { exchangeRefreshToken } from '../auth/refresh.ts';
import { isActive, newSession, tokenPair } from '../auth/session.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { clientKey, type ClientServices, commandLine, findClient } from './clients.ts';
import { type Authorization, spendCode, wasReplayed } from './codes.ts';
import { deviceGrant, type DeviceTokenServices, exchangeDeviceCode, sessionReply } from './device-token.ts';
import type { GrantStore } from './ports.ts';
import { hostOfRedirect } from './redirects.ts';
import { answering, jsonReply, OAuthError, readEncodedForm, type Reply } from './reply.ts';
import { readResource } from './resources.ts';

export interface TokenServices extends ClientServices, DeviceTokenServices {
  readonly grants: GrantStore;
  readonly settings: BaseSettings;
}

type Form = Readonly<Record<string, string>>;
type Headers = Readonly<Record<string, string>>;
type Grant = (services: TokenServices, form: Form, clientId: string, userAgent: string | undefined) => Promise<Reply>;

/** Each way to a token. Client credentials and enterprise-managed authorization would be further rows. */
const grantTypes: ReadonlyMap<string, Grant> = new Map<string, Grant>([
  ['authorization_code', exchangeCode],
  ['refresh_token', refreshToken],
  [deviceGrant, exchangeDeviceCode],
]);
export const supportedGrantTypes: readonly string[] = [...grantTypes.keys()];

/** The token endpoint (RFC 6749, section 3.2; OAuth 2.1). */
export function issueToken(services: TokenServices, headers: Headers, body: string): Promise<Reply> {
  return answering(async () => {
    const form = readEncodedForm(headers['content-type'], body);
    const grant = grantTypes.get(form['grant_type'] ?? '');
    if (!grant)
      throw new OAuthError('unsupported_grant_type', `The grant_type is one of ${supportedGrantTypes.join(', ')}.`);
    const clientId = form['client_id'];
    if (clientId === undefined || clientId === '') throw new OAuthError('invalid_client', 'Send the client_id.');
    return grant(services, form, clientId, headers['user-agent']);
  });
}

async function exchangeCode(services: TokenServices, form: Form, clientId: string): Promise<Reply> {
  const { codes, sessions, grants, settings } = services;
  const client = await findClient(services, clientId);
  const code = form['code'] ?? '';
  const spent = await spendCode(codes, code);
  if (!spent) throw new OAuthError('invalid_grant', 'The code is unknown, or has expired.');
  const { authorization, first } = spent;
  if (!first) return endForReplay(services, authorization);
  assertBinding(authorization, form, client.id);
  if (form['resource'] !== undefined && readResource(settings, form['resource']) !== authorization.resource)
    throw new OAuthError('invalid_target', 'The resource is not the one that was authorized.');

  const grant = {
    id: authorization.grantId,
    clientId: clientKey(client.id),
    resource: authorization.resource,
    scope: authorization.scope,
  };
  const user = { id: authorization.userId, updatedAt: new Date(authorization.userVersion) };
  const { family, token } = newSession(user, grant);
  if (!isActive(family, await sessions.user(user.id)))
    throw new OAuthError('invalid_grant', 'The user has signed out of everything since, or is not active.');
  const entry = auditEntry(
    { userId: user.id },
    {
      action: 'application.allowed',
      target: { type: 'grant', id: grant.id },
      details: {
        client: authorization.clientName,
        client_host: authorization.clientHost ?? null,
        resource: grant.resource,
      },
    },
  );
  await grants.insert(
    {
      id: grant.id,
      userId: user.id,
      clientKey: grant.clientId,
      clientName: authorization.clientName,
      clientHost: authorization.clientHost,
      redirectHost: hostOfRedirect(authorization.redirectUri),
      resource: grant.resource,
      scope: grant.scope,
      createdAt: new Date(),
      endsAt: family.endsAt,
    },
    [entry],
  );
  await sessions.openFamily(family);
  // Somebody else came with the same code in between: neither keeps what it gave.
  if (await wasReplayed(codes, code)) return endForReplay(services, authorization);
  await services.relay.send([entry.id]);
  return tokenReply(services, family, token.text);
}

function assertBinding(authorization: Authorization, form: Form, clientId: string): void {
  if (authorization.clientId !== clientId)
    throw new OAuthError('invalid_grant', 'The code was given to another client.');
  if ((form['redirect_uri'] ?? authorization.redirectUri) !== authorization.redirectUri)
    throw new OAuthError('invalid_grant', 'The redirect_uri is not the one of the authorization request.');
  const verifier = form['code_verifier'] ?? '';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const isRight = timingSafeEqual(Buffer.from(challenge), Buffer.from(authorization.challenge));
  if (!/^[\w.~-]{43,128}$/.test(verifier) || !isRight)
    throw new OAuthError('invalid_grant', 'The code_verifier does not fit the code_challenge.');
}

async function endForReplay({ sessions, grants }: TokenServices, { grantId, userId }: Authorization): Promise<never> {
  await sessions.endFamily(grantId);
  await grants.revoke(grantId, new Date(), []);
  reportSecurityEvent({ action: 'application.code-reused', actorId: userId, target: { type: 'grant', id: grantId } });
  throw new OAuthError('invalid_grant', 'The code was used before; everything that came of it has ended.');
}

async function refreshToken(services: TokenServices, form: Form, clientId: string): Promise<Reply> {
  const key = clientKey(clientId);
  // A person's own sessions are those of the platform's own client.
  const isMeant = ({ grant }: SessionFamily): boolean => (grant?.clientId ?? commandLine) === key;
  let refreshed;
  try {
    refreshed = await exchangeRefreshToken(services.sessions, form['refresh_token'] ?? '', isMeant);
  } catch (error) {
    if (error instanceof Problem && error.type === 'invalid-refresh-token')
      throw new OAuthError('invalid_grant', 'The refresh token is invalid, expired, or was used before.');
    throw error;
  }
  const { family, user, text } = refreshed;
  if (!family.grant) return sessionReply(await tokenPair(services.signingKey, family, user.role, text), user.role);
  if (form['resource'] !== undefined && readResource(services.settings, form['resource']) !== family.grant.resource)
    throw new OAuthError('invalid_target', 'The resource is not the one that was authorized.');
  const given = family.grant.scope.split(' ');
  if ((form['scope'] ?? '').split(/ +/).some((scope) => scope !== '' && !given.includes(scope)))
    throw new OAuthError('invalid_scope', 'A refresh cannot widen the scope.');
  return tokenReply(services, family, text);
}

async function tokenReply({ signingKey }: TokenServices, family: SessionFamily, refresh_token: string): Promise<Reply> {
  const { grant } = family;
  if (!grant) throw new Error('A session of a person gets no token of an application.');
  const { clientId, resource, scope } = grant;
  const subject = { userId: family.userId, sessionId: family.id, clientId, resource, scope };
  return jsonReply({
    access_token: await signingKey.issueForApplication(subject),
    token_type: 'Bearer',
    expires_in: signingKey.accessTokenSeconds,
    refresh_token,
    scope,
  });
}
