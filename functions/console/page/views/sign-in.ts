import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiProblem, call, signIn } from '../session.ts';
import { Field, Form } from '../forms.ts';
import { ThemeButton } from './frame.ts';

type Step = 'password' | 'totp' | 'new-password' | 'register';

export function SignIn(): VNode {
  const [step, setStep] = useState<Step>('password');
  const [known, setKnown] = useState<Readonly<Record<string, string>>>({});
  useEffect(() => {
    document.title = 'Sign in · MCP Platform';
  }, []);
  const submit = async (fields: Readonly<Record<string, string>>): Promise<void> => {
    const credentials = { ...known, ...fields };
    try {
      await signIn(credentials);
    } catch (error) {
      if (error instanceof ApiProblem && error.type === 'totp-required' && !('totp' in fields)) {
        setKnown(credentials);
        setStep('totp');
      } else if (error instanceof ApiProblem && error.type === 'password-change-required') {
        setKnown(credentials);
        setStep('new-password');
      } else throw error;
    }
  };
  const back = (): void => {
    setKnown({});
    setStep('password');
  };
  return html`<main class="sign-in">
    <div class="brand"><img src="/console/icon.svg" alt="" width="40" height="40" /><span>MCP Platform</span></div>
    <article>
      ${step === 'register' ? html`<${Register} onDone=${back} />` : html`<${Credentials} key=${step} step=${step} onSubmit=${submit} />`}
      <p class="faint">
        ${
          step === 'password'
            ? html`<button type="button" class="link" onClick=${() => setStep('register')}>Create an account</button>`
            : html`<button type="button" class="link" onClick=${back}>Back to sign in</button>`
        }
      </p>
    </article>
    <p class="faint"><a href="/api/docs">API</a> · <a href="/api/redoc">Reference</a> <${ThemeButton} /></p>
  </main>`;
}

function Credentials({
  step,
  onSubmit,
}: {
  step: Exclude<Step, 'register'>;
  onSubmit: (fields: Readonly<Record<string, string>>) => Promise<void>;
}): VNode {
  switch (step) {
    case 'password':
      return html`<h1>Sign in</h1>
        <${Form} submit="Sign in" onSubmit=${onSubmit}>
          <${Field} label="User name or e-mail"
            ><input name="username" autocomplete="username" autocapitalize="none" required autofocus
          /><//>
          <${Field} label="Password"
            ><input name="password" type="password" autocomplete="current-password" required
          /><//>
        <//>`;
    case 'totp':
      return html`<h1>Second factor</h1>
        <${Form} submit="Continue" onSubmit=${onSubmit}>
          <${Field} label="Code" hint="Six digits from your authenticator app, or one of your recovery codes.">
            <input name="totp" autocomplete="one-time-code" required ref=${focus} />
          <//>
        <//>`;
    case 'new-password':
      return html`<h1>Choose a password</h1>
        <p>Your password was made by the operator. Choose one of your own.</p>
        <${Form} submit="Save and sign in" onSubmit=${onSubmit}>
          <${Field} label="New password" hint=${passwordHint}>
            <input
              name="new_password"
              type="password"
              autocomplete="new-password"
              minlength="8"
              required
              ref=${focus}
            />
          <//>
        <//>`;
  }
}

const passwordHint = 'At least 8 characters with upper case, lower case and a digit, or at least 15 of any kind.';

function focus(element: HTMLElement | null): void {
  if (element && document.activeElement !== element && !element.dataset['seen']) {
    element.dataset['seen'] = 'yes';
    element.focus();
  }
}

function Register({ onDone }: { onDone: () => void }): VNode {
  const [registered, setRegistered] = useState(false);
  if (registered)
    return html`<h1>Account created</h1>
      <p role="status">You can sign in now.</p>
      <button type="button" onClick=${onDone}>Sign in</button>`;
  const register = async ({ invite, ...fields }: Readonly<Record<string, string>>): Promise<void> => {
    await call('POST', '/api/v1/auth/register', { json: { ...fields, ...(invite && { invite }) } });
    setRegistered(true);
  };
  return html`<h1>Create an account</h1>
    <${Form} submit="Create the account" onSubmit=${register}>
      <${Field} label="User name"
        ><input name="username" autocomplete="username" autocapitalize="none" required ref=${focus}
      /><//>
      <${Field} label="E-mail"><input name="email" type="email" autocomplete="email" required /><//>
      <${Field} label="Password" hint=${passwordHint}
        ><input name="password" type="password" autocomplete="new-password" required
      /><//>
      <${Field} label="Invitation" hint="Only where the operator asks for one."
        ><input name="invite" autocomplete="off"
      /><//>
    <//>`;
}
