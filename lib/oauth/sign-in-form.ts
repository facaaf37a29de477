import { html, Html } from './page.ts';

/** What the last attempt to sign in lacked. */
export interface SignInFault {
  readonly message: string;
  readonly username: string;
  readonly asks: 'nothing' | 'totp' | 'new_password' | 'link';
  /** What came with it of a sign-in elsewhere, encrypted. */
  readonly identity?: string | undefined;
}

/** Another place to sign in. */
export interface SignInPlace {
  readonly id: string;
  readonly name: string;
}

/** The form that asks who somebody is; `request` is what they sign in for, encrypted. */
export function signInForm(action: string, request: string, places: readonly SignInPlace[], fault?: SignInFault): Html {
  const { asks, identity } = fault ?? {};
  const byPassword = identity === undefined || asks === 'link' || fault?.username !== '';
  return html`<form method="post" action="${action}">
      <input type="hidden" name="request" value="${request}" />
      ${identity === undefined ? [] : [html`<input type="hidden" name="identity" value="${identity}" />`]}
      ${byPassword ? [passwordFields(fault?.username ?? '', asks === 'totp' || asks === 'new_password')] : []} ${furtherField(asks)}
      <button name="decision" value="sign-in">${byPassword ? 'Sign in' : 'Continue'}</button>
    </form>
    ${identity === undefined ? places.map((place) => elsewhere(action, request, place)) : []}`;
}

/** What is to be filled in next has the focus. */
function passwordFields(username: string, isFurther: boolean): Html {
  const focus = (isNext: boolean) => (isNext && !isFurther ? [new Html(' autofocus')] : []);
  return html`<label for="username">User name or e-mail address</label>
    <input id="username" name="username" value="${username}" autocomplete="username" required${focus(username === '')} />
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required${focus(username !== '')} />`;
}

function furtherField(asks: SignInFault['asks'] | undefined): Html[] {
  if (asks === 'totp')
    return [
      html`<label for="totp">Code of your authenticator app, or a recovery code</label>
        <input id="totp" name="totp" autocomplete="one-time-code" inputmode="text" required autofocus />`,
    ];
  if (asks !== 'new_password') return [];
  return [
    html`<label for="new_password">Your own new password</label>
      <input id="new_password" name="new_password" type="password" autocomplete="new-password" required />`,
  ];
}

function elsewhere(action: string, request: string, { id, name }: SignInPlace): Html {
  return html`<form method="post" action="${action}">
    <input type="hidden" name="request" value="${request}" />
    <button name="provider" value="${id}">Sign in with ${name}</button>
  </form>`;
}
