import * as z from 'zod';
import { isIssuerFault, issuerErrorOf } from '../accounts/issuer-client.ts';
import type { Provider } from '../identities/provider.ts';
import { Checks, readIdentity, wayTo } from '../identities/read-identity.ts';
import type { RequestFacts } from '../kernel/lambda/declaration.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { Upstream } from '../upstream/ports.ts';
import { keepPending, signInMs, takePending } from './browser.ts';
import { html, page } from './page.ts';
import type { CodeStore } from './ports.ts';
import { readForm, type Reply } from './reply.ts';
import { identityContext } from './proved-identity.ts';
import { signInForm } from './sign-in-form.ts';

export interface ElsewhereServices {
  readonly encryptor: Encryptor;
  readonly upstream: Upstream;
  readonly codes: CodeStore;
  readonly settings: BaseSettings;
  readonly identityProviders: readonly Provider[];
}

const purpose = 'sign-in elsewhere';

const Pending = Checks.extend({
  provider: z.string(),
  /** The form of ours that goes on with it, and what that is about. */
  action: z.string(),
  request: z.string(),
});

export interface Leaving {
  /** The form of ours that goes on with it, below /oauth. */
  readonly action: string;
  readonly request: string;
  readonly cookies: string | undefined;
}

/** Sends the browser to a provider. Nothing is allowed there: consent stays with the forms here. */
export async function leave(
  services: ElsewhereServices,
  provider: Provider,
  { action, request, cookies }: Leaving,
): Promise<Reply> {
  let cookie = '';
  try {
    const url = await wayTo(services.upstream, provider, callbackUrl(services.settings), async (checks) => {
      const pending = { ...checks, provider: provider.id, action, request };
      const kept = await keepPending(services, purpose, pending, cookies);
      ({ cookie } = kept);
      return kept.state;
    });
    // Not by a redirect: browsers hold those to the places that a form may lead to, and where a provider signs in is not known before.
    const way = page(
      { title: `Sign in with ${provider.name}` },
      html`<meta http-equiv="refresh" content="0; url=${url.href}" />
        <p><a href="${url.href}" rel="noreferrer">Go on to ${url.host}</a></p>`,
    );
    return { ...way, headers: { ...way.headers, 'set-cookie': cookie } };
  } catch (error) {
    if (!isIssuerFault(error)) throw error;
    return fault(
      `${provider.name} cannot be reached at the moment. Sign in with your password, or try again later.`,
      502,
    );
  }
}

/** Where every provider sends the browser back to: shows who somebody is there, and lets them go on as the user that this is here. */
export async function finishSignIn(services: ElsewhereServices, { search, headers }: RequestFacts): Promise<Reply> {
  const { upstream, settings, encryptor, identityProviders } = services;
  const answer = readForm(search.replace(/^\?/, ''));
  const found = Pending.safeParse(await takePending(services, purpose, answer['state'], headers['cookie']));
  const provider = identityProviders.find(({ id }) => id === found.data?.provider);
  if (!found.success || !provider)
    return fault(
      'This sign-in is not under way in this browser: it has taken too long, has been used, or was begun by somebody else.',
    );
  const { action, request, ...checks } = found.data;
  try {
    const answered = new URL(`${callbackUrl(settings)}${search}`);
    const proved = await readIdentity(upstream, provider, answered, answer['state'] ?? '', checks);
    const { claims } = proved;
    const kept = provider.roles === undefined ? {} : { [provider.roles.claim]: claims[provider.roles.claim] };
    const text = JSON.stringify({ ...proved, claims: kept, request, expiresAt: Date.now() + signInMs });
    const identity = await encryptor.encrypt(text, identityContext);
    const { name } = proved;
    return page(
      { title: 'Signed in' },
      html`<p>You are <strong>${name}</strong> at <strong>${provider.name}</strong>.</p>
        ${signInForm(action, request, [], { message: '', username: '', asks: 'nothing', identity })}`,
    );
  } catch (error) {
    if (!isIssuerFault(error)) throw error;
    const why = issuerErrorOf(error) === 'access_denied' ? 'has refused' : 'did not say who you are';
    return fault(`${provider.name} ${why}. Start again in your application.`, 502);
  }
}

function callbackUrl({ BASE_URL }: BaseSettings): string {
  return `${BASE_URL}/oauth/signed-in`;
}

function fault(message: string, status = 400): Reply {
  return page({ title: 'This sign-in cannot go on', status }, html`<p role="alert">${message}</p>`);
}
