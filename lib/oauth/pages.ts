import { type AuthorizationRequest, RedirectedError } from './authorization.ts';
import type { Client } from './clients.ts';
import { html, type Html, page } from './page.ts';
import { cspSourceOf, hostOfRedirect, isLoopbackRedirect } from './redirects.ts';
import { OAuthError, type Reply } from './reply.ts';
import { signInForm, type SignInFault, type SignInPlace } from './sign-in-form.ts';

/** What a person sees of a client before they trust it. */
interface Asking {
  readonly client: Client;
  readonly request: AuthorizationRequest;
  /** The request as the form carries it. */
  readonly form: string;
}

export function signInPage(
  { client, request, form }: Asking,
  places: readonly SignInPlace[],
  fault?: SignInFault,
): Reply {
  return page(
    {
      title: 'Sign in to the MCP Platform',
      status: fault ? 401 : 200,
      formTargets: [cspSourceOf(request.redirectUri)],
    },
    html`${fault ? html`<p role="alert">${fault.message}</p>` : html``}
      <p>
        <strong>${client.name}</strong> wants to use MCP servers in your name. Sign in to see what exactly it asks for.
      </p>
      ${signInForm('authorize', form, places, fault)}
      ${facts({ client, request, form })}`,
  );
}

export function consentPage(asking: Asking & { readonly username: string; readonly proof: string }): Reply {
  const { client, request, form, username, proof } = asking;
  return page(
    { title: `Let ${client.name} act for you?`, formTargets: [cspSourceOf(request.redirectUri)] },
    html`<p>
        You are <strong>${username}</strong>. The application will be able to
        <strong>call the tools of ${targetOf(request)}</strong> in your name, as far as you may yourself. It sees
        nothing else of the platform. You can end this at any time.
      </p>
      ${facts(asking)}
      <form method="post" action="authorize">
        <input type="hidden" name="request" value="${form}" />
        <input type="hidden" name="proof" value="${proof}" />
        <button name="decision" value="allow">Allow</button>
        <button name="decision" value="deny">Refuse</button>
      </form>`,
  );
}

/** Faults before client and redirect are known are said to the person, and nobody is redirected. */
export async function withPages(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RedirectedError) return error.reply;
    if (error instanceof OAuthError) return faultPage(error.message, error.code === 'access_denied' ? 403 : 400);
    throw error;
  }
}

function faultPage(message: string, status = 400): Reply {
  return page(
    { title: 'This sign-in cannot go on', status },
    html`<p role="alert">${message}</p>
      <p>You have not been sent anywhere, and nothing was allowed. You can close this page.</p>`,
  );
}

function facts({ client, request }: Asking): Html {
  const { redirectUri } = request;
  const warning = isLoopbackRedirect(redirectUri)
    ? html`<p class="warning">
        The answer goes to a program on this computer. Any program on it can claim to be ${client.name}: go on only if
        you have just started the sign-in yourself.
      </p>`
    : client.host === undefined
      ? html`<p class="warning">
          The application has registered itself under this name, as anybody can. Trust it only if you know the address
          that the answer goes to.
        </p>`
      : html``;
  return html`<dl>
      <dt>Application</dt>
      <dd>
        ${client.name}${client.host === undefined ? ' (registered itself)' : html` (described at <strong>${client.host}</strong>)`}
      </dd>
      <dt>The answer goes to</dt>
      <dd><strong>${hostOfRedirect(redirectUri)}</strong></dd>
      <dt>MCP server</dt>
      <dd>${targetOf(request)}</dd>
    </dl>
    ${warning}`;
}

function targetOf({ resource }: AuthorizationRequest): string {
  const slug = /\/mcp\/([^/]+)\/v1$/.exec(resource)?.[1];
  if (slug === 'knowledge') return 'the knowledge base';
  return slug === undefined ? 'all MCP servers that you may use' : `the MCP server ${slug}`;
}
