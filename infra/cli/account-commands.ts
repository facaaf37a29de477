import { hostname } from 'node:os';
import type { Command, Outcome } from './command.ts';
import { signInByPage } from './device-login.ts';
import { call, Failure, forgetAccount, keepAccount, readAccount, Refusal } from './platform.ts';
import { ask } from './terminal.ts';
import type { Schemas } from './typed-call.ts';

type Values = Parameters<Command['run']>[0]['values'];
type Tokens = Pick<Schemas['TokenPair'], 'access_token' | 'refresh_token'>;

/** Signs in once and keeps an API key, which can be revoked in the console, rather than a session. */
export const login: Command = {
  usage:
    'login [--url <address>] [--device] | login [--url <address>] --password [--username <name>] [--totp <code>] | login [--url <address>] --key',
  summary:
    'sign in on a page in any browser and keep a key of this machine. With --password or --username the password is asked for, or read from standard input; with --key it keeps a key of the console',
  options: {
    url: { type: 'string' },
    device: { type: 'boolean' },
    password: { type: 'boolean' },
    username: { type: 'string' },
    totp: { type: 'string' },
    key: { type: 'boolean' },
  },
  async run({ values }) {
    if (typeof values['url'] === 'string') process.env['MCPP_URL'] = values['url'];
    if (values['key'] === true) return keepKey();
    const { username, key } = await makeKey(await (usesPage(values) ? signInByPage() : askAndSignIn(values)));
    const { url } = readAccount();
    const file = keepAccount({ url, key: key.key, key_id: key.id });
    return { json: { url, username, key_id: key.id, file }, text: `Signed in at ${url}. The key is in ${file}.` };
  },
};

/** A key in place of the session, which ends also when there is no key. */
async function makeKey({ access_token: token, refresh_token }: Tokens) {
  try {
    const { username } = await call('GET', '/api/v1/auth/me', { token });
    const key = await call('POST', '/api/v1/auth/api-keys', { token, json: { name: `mcpp on ${hostname()}` } });
    return { username, key };
  } finally {
    await call('POST', '/api/v1/auth/logout', { token, json: { refresh_token } });
  }
}

/** Where nobody is at a terminal, the page is to be asked for. */
function usesPage({ device, password, username, totp }: Values): boolean {
  const hasCredentials = password === true || username !== undefined || totp !== undefined;
  if (device === true && hasCredentials) throw new Failure('--device takes no password, user name or code.', 2);
  return device === true || (!hasCredentials && process.stdin.isTTY);
}

async function askAndSignIn({ username, totp }: Values): Promise<Schemas['TokenPair']> {
  const name = textOf(username) ?? (await ask('User name: '));
  const password = await ask('Password: ', { hidden: true });
  return signIn({ username: name, password, totp: textOf(totp) });
}

async function keepKey(): Promise<Outcome> {
  const key = await ask(`API key, from ${new URL('/console#/keys', readAccount().url).href}: `, { hidden: true });
  process.env['MCPP_API_KEY'] = key;
  const { username } = await call('GET', '/api/v1/auth/me', {});
  const { url } = readAccount();
  const file = keepAccount({ url, key });
  return { json: { url, username, key_id: null, file }, text: `Signed in at ${url}. The key is in ${file}.` };
}

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
    const isRevoked = key_id !== undefined && (await revoke(key_id));
    forgetAccount();
    const text = isRevoked
      ? 'Signed out.'
      : 'Signed out. The key was not revoked: it was dead already, or is one of the console.';
    return { json: { revoked: isRevoked ? key_id : null }, text };
  },
};

/** @returns false for a key that is dead already. */
async function revoke(key_id: string): Promise<boolean> {
  try {
    await call('DELETE', '/api/v1/auth/api-keys/{key_id}', { path: { key_id } });
    return true;
  } catch (error) {
    if (error instanceof Refusal && [3, 4].includes(error.exitCode)) return false;
    throw error;
  }
}

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
