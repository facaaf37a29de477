import { NotConnectable } from '../../accounts/discover-issuer.ts';
import { Problem } from '../../kernel/errors/problem.ts';
import { html, page } from '../../oauth/page.ts';
import { OAuthError, type Reply } from '../../oauth/reply.ts';
import { signInForm, type SignInFault, type SignInPlace } from '../../oauth/sign-in-form.ts';

export function connectPage(slug: string, request: string, places: readonly SignInPlace[], fault?: SignInFault): Reply {
  return page(
    { title: 'Connect your account', status: fault ? 401 : 200 },
    html`${fault ? html`<p role="alert">${fault.message}</p>` : html``}
      <p>
        The MCP server <strong>${slug}</strong> wants to know you by an account of your own. Sign in to the MCP Platform
        first; then you are shown where that account is.
      </p>
      ${signInForm(slug, request, places, fault)}`,
  );
}

export function leavePage(facts: {
  readonly slug: string;
  readonly username: string;
  readonly serverHost: string;
  readonly issuer: string;
  readonly url: URL;
}): Reply {
  const { slug, username, serverHost, issuer, url } = facts;
  return page(
    { title: `Connect your account for ${slug}?` },
    html`<p>
        You are <strong>${username}</strong>. At <strong>${url.host}</strong> you sign in with the account that
        ${slug} shall know you by, and allow the platform to use it for your calls to ${slug}.
      </p>
      <dl>
        <dt>Tokens are given by</dt>
        <dd><strong>${issuer}</strong></dd>
        <dt>They are sent to</dt>
        <dd><strong>${serverHost}</strong>, and nowhere else</dd>
      </dl>
      <p class="warning">Go on only if you trust ${serverHost} with that account.</p>
      <p><a href="${url.href}" rel="noreferrer">Go on to ${url.host}</a></p>`,
  );
}

export function connectedPage(slug: string, host: string): Reply {
  return page(
    { title: 'Your account is connected' },
    html`<p>
        Calls to <strong>${slug}</strong> are now made with your account at <strong>${host}</strong>. Go back to your
        application and repeat what you wanted to do.
      </p>
      <p>You can close this page. The account is among yours at <code>/api/v1/auth/accounts</code>.</p>`,
  );
}

export function connectFaultPage(message: string, status = 400): Reply {
  return page(
    { title: 'The account was not connected', status },
    html`<p role="alert">${message}</p>
      <p>You can close this page, or open the link again to start anew.</p>`,
  );
}

/** What goes wrong is said to the person. */
export async function withConnectPages(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NotConnectable) return connectFaultPage(error.message, 502);
    if (error instanceof OAuthError) return connectFaultPage(error.message);
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return connectFaultPage(error.options.detail ?? error.title, error.status);
  }
}
