import type { Provider } from '../identities/provider.ts';
import type { Reply } from './reply.ts';
import type { ElsewhereServices } from './sign-in-elsewhere.ts';

/** Sends whoever filled in a form of ours to sign in at a provider. What speaks to providers is loaded by those alone who go there. */
export async function leaveForProvider(
  services: ElsewhereServices,
  provider: Provider,
  action: string,
  { request = '' }: Readonly<Record<string, string>>,
  { cookie }: Readonly<Record<string, string>>,
): Promise<Reply> {
  const { leave } = await import('./sign-in-elsewhere.ts');
  return leave(services, provider, { action, request, cookies: cookie });
}
