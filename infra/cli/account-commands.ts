import { hostname } from 'node:os';
import type { Command } from './command.ts';
import { call, Failure, forgetAccount, keepAccount, readAccount, Refusal } from './platform.ts';
import { ask } from './terminal.ts';
import type { Schemas } from './typed-call.ts';

/** Signs in once and keeps an API key, which can be revoked in the console, rather than a session. */
export const login: Command = {
  usage: 'login [--url <address>] [--username <name>] [--totp <code>]',
  summary: 'sign in and keep a key of this machine; the password is asked for, or read from standard input',
  options: { url: { type: 'string' }, username: { type: 'string' }, totp: { type: 'string' } },
  async run({ values }) {
    if (typeof values['url'] === 'string') process.env['MCPP_URL'] = values['url'];
    const username = textOf(values['username']) ?? (await ask('User name: '));
    const password = await ask('Password: ', { hidden: true });
    const { access_token: token, refresh_token } = await signIn({ username, password, totp: textOf(values['totp']) });
    const key = await call('POST', '/api/v1/auth/api-keys', {
      token,
      json: { name: `mcpp on ${hostname()}` },
    });
    await call('POST', '/api/v1/auth/logout', { token, json: { refresh_token } });
    const { url } = readAccount();
    const file = keepAccount({ url, key: key.key, key_id: key.id });
    return { json: { url, username, key_id: key.id, file }, text: `Signed in at ${url}. The key is in ${file}.` };
  },
};

async function signIn(credentials: {
  username: string;
  password: string;
  totp: string | undefined;
}): Promise<Schemas['TokenPair']> {
  try {
    return await call('POST', '/api/v1/auth/login', {
      json: { ...credentials, totp: credentials.totp ?? null },
    });
  } catch (error) {
    if (!(error instanceof Refusal) || error.type !== 'totp-required' || credentials.totp !== undefined) throw error;
    return signIn({ ...credentials, totp: await ask('Code of the second factor: ') });
  }
}

export const logout: Command = {
  usage: 'logout',
  summary: 'revoke the key of this machine and forget it',
  async run() {
    const { key_id } = readAccount();
    if (key_id !== undefined) await call('DELETE', '/api/v1/auth/api-keys/{key_id}', { path: { key_id } });
    forgetAccount();
    return { json: { revoked: key_id ?? null }, text: 'Signed out.' };
  },
};

interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

export const doctor: Command = {
  usage: 'doctor',
  summary: 'what works between this machine and the platform, and what does not',
  async run() {
    const { url, key } = readAccount();
    const checks: Check[] = [{ check: 'node', ok: true, detail: process.version }];
    const add = async (check: string, work: () => Promise<string>): Promise<void> => {
      try {
        checks.push({ check, ok: true, detail: await work() });
      } catch (error) {
        checks.push({ check, ok: false, detail: error instanceof Error ? error.message : String(error) });
      }
    };
    await add('platform', async () => {
      const { status, version, services } = await call('GET', '/health', {});
      const away = Object.entries(services).filter(([, service]) => service.status !== 'healthy');
      if (away.length > 0) throw new Failure(`${status}: ${away.map(([name]) => name).join(', ')} away`);
      return `${status}, version ${version}, at ${url}`;
    });
    await add('credential', async () => {
      if (key === undefined) throw new Failure('none: `mcpp login` makes one');
      const me = await call('GET', '/api/v1/auth/me', {});
      return `${me.username}, ${me.role}`;
    });
    const text = checks
      .map(({ check, ok, detail }) => `${ok ? 'ok  ' : 'FAIL'}  ${check.padEnd(11)} ${detail}`)
      .join('\n');
    return { json: checks, text, exitCode: checks.every(({ ok }) => ok) ? 0 : 1 };
  },
};

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
