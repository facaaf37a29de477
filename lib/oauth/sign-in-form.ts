import { html, type Html } from './page.ts';

/** What the last attempt to sign in lacked. */
export interface SignInFault {
  readonly message: string;
  readonly username: string;
  readonly asks: 'nothing' | 'totp' | 'new_password';
}

/** The form that asks who somebody is; `request` is what they sign in for, encrypted. */
export function signInForm(action: string, request: string, fault?: SignInFault): Html {
  const more: Html[] = [];
  if (fault?.asks === 'totp')
    more.push(
      html`<label for="totp">Code of your authenticator app, or a recovery code</label>
        <input id="totp" name="totp" autocomplete="one-time-code" inputmode="text" required autofocus />`,
    );
  if (fault?.asks === 'new_password')
    more.push(
      html`<label for="new_password">Your own new password</label>
        <input id="new_password" name="new_password" type="password" autocomplete="new-password" required />`,
    );
  return html`<form method="post" action="${action}">
    <input type="hidden" name="request" value="${request}" />
    <label for="username">User name or e-mail address</label>
    <input id="username" name="username" value="${fault?.username ?? ''}" autocomplete="username" required />
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required />
    ${more}
    <button name="decision" value="sign-in">Sign in</button>
  </form>`;
}
