import * as z from 'zod';
import { assertSession } from '../auth/assert-session.ts';
import { notFound } from '../kernel/errors/problem.ts';
import { type Caller, owns } from '../kernel/http/caller.ts';
import { pageFacts, pageOf, type PageRequest, windowOf } from '../kernel/http/page.ts';
import { Id, Timestamp } from '../kernel/ids.ts';
import type { Account, AccountStore } from './ports.ts';
import { type AccountServices, endAccount } from './refresh-account.ts';

const AccountView = z
  .object({
    id: Id,
    slug: z.string().meta({ description: 'The tool whose remote server it is for.' }),
    server_host: z.string().meta({ description: 'The host that its tokens are sent to.' }),
    issuer: z.string().meta({ description: 'The authorization server that gave them.' }),
    scope: z.string(),
    created_at: Timestamp,
  })
  .meta({ id: 'Account' });

export const AccountPage = pageOf(AccountView).meta({ id: 'AccountPage' });
export const AccountId = z.object({ account_id: Id });
export const EndedAccount = z.object({ message: z.string(), id: Id });

/** One page of the caller's accounts at remote servers, newest first. */
export async function listAccounts(
  { accounts }: { readonly accounts: AccountStore },
  { userId }: Caller,
  page: PageRequest,
): Promise<z.output<typeof AccountPage>> {
  const { items, total } = await accounts.listOf(userId, windowOf(page));
  return { items: items.map(present), ...pageFacts(page, total) };
}

/**
 * Forgets an account and its tokens.
 * @throws Problem `not-found`, also for somebody else's; `forbidden` for an API key.
 */
export async function deleteAccount(
  services: Pick<AccountServices, 'accounts' | 'relay'>,
  caller: Caller,
  id: string,
): Promise<z.output<typeof EndedAccount>> {
  assertSession(caller);
  const account = await services.accounts.find(id);
  if (!account || !owns(caller, account.userId)) throw notFound('account', id);
  await endAccount(services, caller, account);
  return { message: 'The platform has forgotten the account and its tokens.', id };
}

function present({ id, slug, serverHost, issuer, scope, createdAt }: Account): z.output<typeof AccountView> {
  return { id, slug, server_host: serverHost, issuer, scope, created_at: createdAt.toISOString() };
}
