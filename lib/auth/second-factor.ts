import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { auditEntry } from '../audit/audit-entry.ts';
import type { AuditAction } from '../../events/outbox.ts';
import type { Caller } from '../kernel/http/caller.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import type { Limiter } from '../kernel/http/rate-limit.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { Relay } from '../outbox/ports.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { assertSession } from './assert-session.ts';
import type { SecondFactor, SessionStore, User, UserStore } from './ports.ts';
import type { RecoveryCodes, TotpSecret } from './schema.ts';
import { newRecoveryCode, newTotpSecret, otpauthUri, stepOfCode } from './totp.ts';
import { applyStatus, userChangedEntry } from './user-status.ts';

export interface SecondFactorServices {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly relay: Relay;
  readonly encryptor: Encryptor;
  readonly fallbackLimiter: Limiter;
}

const recoveryCodes = 10;
/** Codes that may be tried for one user: of a million codes three are good at a time. */
const tries = { requests: 5, windowSeconds: 60 };

/** The encryption context of a user's secret. */
const totpContext = (userId: string): string => `totp:${userId}`;

/**
 * Makes a secret for an authenticator app; it counts once a code has confirmed it. A second call replaces one that is not confirmed.
 * @throws Problem `conflict` when there is a confirmed one; `forbidden` for an API key.
 */
export async function startSecondFactor(
  services: SecondFactorServices & { readonly settings: Pick<BaseSettings, 'BASE_URL'> },
  caller: Caller,
): Promise<z.output<typeof TotpSecret>> {
  assertSession(caller);
  const secret = newTotpSecret();
  const encrypted = await services.encryptor.encrypt(secret, totpContext(caller.userId));
  const user = await services.users.change(caller.userId, ({ secondFactor }) => {
    if (secondFactor?.isConfirmed)
      throw new Problem('conflict', {
        detail: 'There is a second factor already. Remove it before you set up another.',
      });
    return {
      changes: { secondFactor: { secret: encrypted, isConfirmed: false, lastStep: 0, recoveryHashes: [] } },
      outbox: [],
    };
  });
  if (!user) throw notFound('user', caller.userId);
  const { host } = new URL(services.settings.BASE_URL);
  return { secret, qr_text: otpauthUri(secret, user.username, `MCP Platform (${host})`) };
}

/**
 * Puts the second factor in force. The recovery codes are in this answer alone.
 * @throws Problem `totp-required` for a wrong code; `conflict` when there is nothing to confirm.
 */
export async function confirmSecondFactor(
  services: SecondFactorServices,
  caller: Caller,
  code: string,
): Promise<z.output<typeof RecoveryCodes>> {
  assertSession(caller);
  const codes = Array.from({ length: recoveryCodes }, newRecoveryCode);
  await takeCode(services, caller.userId, code, {
    action: 'user.second-factor-added',
    next: (factor) => {
      if (factor.isConfirmed) throw new Problem('conflict', { detail: 'The second factor is confirmed already.' });
      return { ...factor, isConfirmed: true, recoveryHashes: codes.map(hashOf) };
    },
  });
  return { recovery_codes: codes };
}

/** @throws Problem `totp-required` without a good code of the factor that is to go. */
export async function removeSecondFactor(
  services: SecondFactorServices,
  caller: Caller,
  code: string | undefined,
): Promise<void> {
  assertSession(caller);
  await takeCode(services, caller.userId, code, { action: 'user.second-factor-removed', next: () => undefined });
}

/** @throws Problem `totp-required` when the user has a second factor and the code is not good; with a good one, it is spent. */
export async function assertSecondFactor(
  services: SecondFactorServices,
  user: User,
  code: string | undefined,
): Promise<User> {
  if (!user.secondFactor?.isConfirmed) return user;
  return takeCode(services, user.id, code, { action: undefined, next: (factor) => factor });
}

/** Spends a code (or recovery code) under the user's lock, so that of two who come with the same one a single one gets in. */
async function takeCode(
  services: SecondFactorServices,
  userId: string,
  code: string | undefined,
  { action, next }: { action: AuditAction | undefined; next: (factor: SecondFactor) => SecondFactor | undefined },
): Promise<User> {
  if (code === undefined) throw required('Send the code of your authenticator app, or a recovery code, as totp.');
  const counted = await services.fallbackLimiter.count(`totp:${userId}`, tries);
  if (counted && !counted.allowed) throw tooManyCodes(counted.resetSeconds);
  const known = (await services.users.byId(userId))?.secondFactor;
  if (!known)
    throw new Problem('conflict', { detail: 'There is no second factor. Start with POST /api/v1/auth/totp.' });
  const secret = await services.encryptor.decrypt(known.secret, totpContext(userId));
  const entryIds: string[] = [];
  const user = await services.users.change(userId, ({ secondFactor: factor }) => {
    if (factor?.secret !== known.secret) throw required('The second factor has just been changed. Try again.');
    const spent = spend(factor, secret, code);
    if (!spent) throw required('The code is wrong, or it has been used. Wait for the next one.');
    const outbox =
      action === undefined
        ? []
        : [
            userChangedEntry(userId, undefined),
            auditEntry({ userId }, { action, target: { type: 'user', id: userId } }),
          ];
    entryIds.splice(0, entryIds.length, ...outbox.map(({ id }) => id));
    return { changes: { secondFactor: next(spent) }, outbox };
  });
  if (!user) throw notFound('user', userId);
  if (entryIds.length > 0) await applyStatus(services.sessions, user, undefined);
  await services.relay.send(entryIds);
  return user;
}

function spend(factor: SecondFactor, secret: string, code: string): SecondFactor | undefined {
  const step = stepOfCode(secret, code, factor.lastStep, Date.now());
  if (step !== undefined) return { ...factor, lastStep: step };
  const hash = hashOf(code);
  if (!factor.recoveryHashes.includes(hash)) return undefined;
  return { ...factor, recoveryHashes: factor.recoveryHashes.filter((each) => each !== hash) };
}

function hashOf(code: string): string {
  return createHash('sha256').update(code.trim().toLowerCase()).digest('hex');
}

function required(detail: string): Problem {
  return new Problem('totp-required', { detail, headers: { 'www-authenticate': 'Bearer' } });
}

function tooManyCodes(resetSeconds: number): Problem {
  return new Problem('rate-limit-exceeded', {
    detail: `Too many codes were tried for this user; try again in ${resetSeconds} s.`,
    extra: { retry_after: resetSeconds },
    headers: { 'retry-after': String(resetSeconds) },
  });
}
