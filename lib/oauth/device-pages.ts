import { networkOf } from '../kernel/http/network.ts';
import type { Asking } from './device-codes.ts';
import { html, Html, page } from './page.ts';
import type { Reply } from './reply.ts';
import { signInForm, type SignInFault, type SignInPlace } from './sign-in-form.ts';

/* The pages of a device authorization: the code, signing in, what it allows, and how it ended. */

interface CodeForm {
  /** What shows that the form is ours. */
  readonly request: string;
  /** As the link or the person has it. */
  readonly userCode: string;
  /** Whose code was wrong after they had signed in. */
  readonly proof?: string;
  readonly fault?: string;
}

export function codePage({ request, userCode, proof, fault }: CodeForm): Reply {
  const focus = new Html(' autofocus');
  const isKnown = userCode !== '' && fault === undefined;
  return page(
    { title: 'Sign in on a command line', status: fault === undefined ? 200 : 400 },
    html`${fault === undefined ? [] : [html`<p role="alert" id="fault">${fault}</p>`]}
      <p>
        ${isKnown ? 'Go on only if your own terminal shows this very code.' : 'Enter the code that your terminal shows.'}
      </p>
      <form method="post" action="device">
        <input type="hidden" name="request" value="${request}" />
        ${proof === undefined ? [] : [html`<input type="hidden" name="proof" value="${proof}" />`]}
        <label for="user_code">Code</label>
        <input id="user_code" name="user_code" value="${userCode}" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40" required${isKnown ? [] : [focus]}${fault === undefined ? [] : [new Html(' aria-invalid="true" aria-describedby="fault"')]} />
        <button${isKnown ? [focus] : []}>Continue</button>
      </form>
      <p class="warning">Did somebody send you this link or this code? Then close the page: they want to sign in as you.</p>`,
  );
}

export function deviceSignInPage(request: string, places: readonly SignInPlace[], fault?: SignInFault): Reply {
  return page(
    { title: 'Sign in to the MCP Platform', status: fault ? 401 : 200 },
    html`${fault ? html`<p role="alert">${fault.message}</p>` : html``}
      <p>Sign in to see what the command line asks for. Nothing is allowed yet.</p>
      ${signInForm('device', request, places, fault)}`,
  );
}

interface Review {
  readonly username: string;
  readonly request: string;
  readonly proof: string;
  readonly asking: Asking;
  /** Of the browser. */
  readonly address: string;
}

export function reviewPage({ username, request, proof, asking, address }: Review): Reply {
  const isNear = networkOf(asking.address) === networkOf(address);
  const minutes = Math.floor((Date.now() - asking.askedAt) / 60_000);
  const ago = minutes < 1 ? 'less than a minute ago' : `${minutes} min ago`;
  return page(
    { title: 'Let this command line act as you?' },
    html`<p>
        You are <strong>${username}</strong>. A command line wants to <strong>sign in as you</strong>: it will be able to
        do everything that you may do yourself, until it is signed out.
      </p>
      <dl>
        <dt>It asked from</dt>
        <dd>${asking.address}, ${isNear ? 'the network of this browser' : html`<strong>not the network of this browser</strong> (${address})`}</dd>
        <dt>It asked at</dt>
        <dd>${new Date(asking.askedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC, ${ago}</dd>
      </dl>
      <p class="warning">
        Allow it only if you have started <code>mcpp login</code> yourself just now. Whoever sent you a link or a code may
        be trying to sign in as you.
      </p>
      <form method="post" action="device">
        <input type="hidden" name="request" value="${request}" />
        <input type="hidden" name="proof" value="${proof}" />
        <button name="decision" value="allow">Allow</button>
        <button name="decision" value="deny">Refuse</button>
      </form>`,
  );
}

const outcomes = {
  allow: ['The command line is signed in', 'Go back to your terminal. You can close this page.'],
  deny: ['You have refused', 'Nothing was allowed. You can close this page.'],
} as const;
export type Outcome = keyof typeof outcomes;

export function isOutcome(text: string | undefined): text is Outcome {
  return text !== undefined && Object.hasOwn(outcomes, text);
}

export function outcomePage(outcome: Outcome): Reply {
  const [title, text] = outcomes[outcome];
  return page({ title }, html`<p role="status">${text}</p>`);
}
