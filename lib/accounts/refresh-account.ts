import { setTimeout as sleep } from 'node:timers/promises';
import { auditEntry } from '../audit/audit-entry.ts';
import type { Relay } from '../outbox/ports.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { Upstream } from '../upstream/ports.ts';
import { type AccountTokens, decryptTokens, encryptTokens } from './account-tokens.ts';
import type { Account, AccountStore } from './ports.ts';

export interface AccountServices {
  readonly accounts: AccountStore;
  readonly encryptor: Encryptor;
  readonly upstream: Upstream;
  readonly relay: Relay;
}

/** Longer than the issuer may take. */
const claimMs = 15_000;
const lookMs = 100;

/**
 * The next tokens of an account. Of all that come for them at once, in any process, one asks the issuer; the others wait for what it gets.
 * @returns undefined when there are none: the issuer has ended the account, or gave no refresh token. The account is gone then.
 * @throws UpstreamFailure, or an error of the library, when the issuer cannot be asked: the account stays as it is.
 */
export async function refreshAccount(services: AccountServices, account: Account): Promise<AccountTokens | undefined> {
  const { accounts, encryptor } = services;
  const deadline = performance.now() + claimMs;
  while (!(await accounts.claim(account, claimMs))) {
    const current = await accounts.find(account.id);
    if (!current) return undefined;
    if (current.version !== account.version) return decryptTokens(encryptor, current);
    if (performance.now() > deadline) throw new Error('Another process holds the account and does not refresh it.');
    await sleep(lookMs);
  }
  const tokens = await decryptTokens(encryptor, account);
  try {
    // Only where a token has expired is the library worth its start.
    const { askIssuer } = await import('./ask-issuer.ts');
    const next = await askIssuer(services, tokens);
    if (!next) {
      await endAccount(services, undefined, account);
      return undefined;
    }
    await accounts.renew(account, await encryptTokens(encryptor, account.id, next));
    return next;
  } catch (error) {
    await accounts.release(account);
    throw error;
  }
}

export async function endAccount(
  { accounts, relay }: Pick<AccountServices, 'accounts' | 'relay'>,
  by: { readonly userId: string } | undefined,
  { id, userId, issuer, slug }: Account,
): Promise<void> {
  const entry = auditEntry(by ?? { userId }, {
    action: 'account.ended',
    target: { type: 'account', id },
    details: { issuer, slug, by_issuer: by === undefined },
  });
  await accounts.remove(id, [entry]);
  await relay.send([entry.id]);
}
