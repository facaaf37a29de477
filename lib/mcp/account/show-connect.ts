import * as z from 'zod';
import { isScope } from '../../accounts/challenge.ts';
import type { RequestFacts } from '../../kernel/lambda/declaration.ts';
import { signInMs } from '../../oauth/browser.ts';
import { readForm, type Reply } from '../../oauth/reply.ts';
import type { SignInPlace } from '../../oauth/sign-in-form.ts';
import type { Encryptor } from '../../secrets/encryptor.ts';
import { connectFaultPage, connectPage, withConnectPages } from './pages.ts';

export const formContext = 'account-form';

/** What the form asks for. */
export const Wanted = z.object({ slug: z.string(), scope: z.string().optional(), expiresAt: z.number() });

/** The page at which a user says who they are, before they connect an account. It is the same for every slug, so it says nothing of which there are. */
export function showConnect(
  {
    encryptor,
    identityProviders,
  }: { readonly encryptor: Encryptor; readonly identityProviders: readonly SignInPlace[] },
  slug: string,
  { search }: Pick<RequestFacts, 'search'>,
): Promise<Reply> {
  return withConnectPages(async () => {
    const { scope } = readForm(search.replace(/^\?/, ''));
    if (scope !== undefined && !isScope(scope))
      return connectFaultPage('The link is not one of ours: its scope is none.');
    const wanted: z.output<typeof Wanted> = { slug, scope, expiresAt: Date.now() + signInMs };
    return connectPage(slug, await encryptor.encrypt(JSON.stringify(wanted), formContext), identityProviders);
  });
}
