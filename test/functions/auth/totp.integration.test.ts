import { beforeAll, describe, expect, it } from 'vitest';
import { codeAt } from '../../../lib/auth/totp.ts';
import { type App, type SignedUp, startApp } from '../../harness.ts';

const auth = '/api/v1/auth';
const stepNow = () => Math.floor(Date.now() / 30_000);

let app: App;
beforeAll(async () => {
  app = await startApp({ env: { ADMIN_TOTP: 'required' } });
});

const login = ({ username, password }: SignedUp, totp?: string) =>
  app.call('POST', `${auth}/login`, { json: { username, password, ...(totp !== undefined && { totp }) } });
const start = (token: string) => app.call('POST', `${auth}/totp`, { token });
const confirm = (token: string, totp: string) => app.call('POST', `${auth}/totp/confirm`, { token, json: { totp } });

/** A user with a confirmed second factor; the code of the step before was spent on it. */
async function withSecondFactor(user: SignedUp) {
  const secret = String((await start(user.token)).body['secret']);
  const confirmed = await confirm(user.token, codeAt(secret, stepNow() - 1));
  expect(confirmed.status).toBe(200);
  return { secret, codes: confirmed.body['recovery_codes'] as string[] };
}

describe('the second factor', () => {
  it('is asked for at login once a code has confirmed it, and not before', async () => {
    const user = await app.signUp();
    const { body, status } = await start(user.token);
    expect(status).toBe(201);
    expect(body['qr_text']).toMatch(/^otpauth:\/\/totp\/.*secret=[A-Z2-7]{32}/);
    expect((await login(user)).status).toBe(200);
    const secret = String(body['secret']);
    expect((await confirm(user.token, '000000')).status).toBe(401);
    expect((await confirm(user.token, codeAt(secret, stepNow() - 1))).status).toBe(200);
    const without = await login(user);
    expect([without.status, without.body['type']]).toEqual([401, 'urn:mcp-platform:problem:totp-required']);
    expect((await login(user, codeAt(secret, stepNow()))).status).toBe(200);
  });

  it('takes a code once, of many who come with it at once a single one', async () => {
    const user = await app.signUp();
    const { secret } = await withSecondFactor(user);
    const code = codeAt(secret, stepNow());
    const answers = await Promise.all([1, 2, 3].map(() => login(user, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('takes each recovery code once', async () => {
    const user = await app.signUp();
    const { codes } = await withSecondFactor(user);
    expect(new Set(codes).size).toBe(10);
    const [code = ''] = codes;
    expect((await login(user, code.toUpperCase())).status).toBe(200);
    expect((await login(user, code)).status).toBe(401);
  });

  it('lets nobody try codes at will, whatever the limits by address are', async () => {
    const user = await app.signUp();
    await withSecondFactor(user);
    const statuses: number[] = [];
    for (let tried = 0; tried < 8; tried += 1) statuses.push((await login(user, '000000')).status);
    expect(statuses).toContain(429);
  });

  it('says nothing about itself to who does not know the password', async () => {
    const user = await app.signUp();
    await withSecondFactor(user);
    const { body } = await login({ ...user, password: 'Wrong-Horse-7' }, '123456');
    expect(body['type']).toBe('urn:mcp-platform:problem:invalid-credentials');
  });

  it('goes with one last code, not without, and not by an API key', async () => {
    const user = await app.signUp();
    const { secret } = await withSecondFactor(user);
    const key = await app.call('POST', `${auth}/api-keys`, { token: user.token, json: { name: 'ci' } });
    const remove = (credential: object, json?: object) => app.call('DELETE', `${auth}/totp`, { ...credential, json });
    expect((await remove({ apiKey: String(key.body['key']) }, { totp: codeAt(secret, stepNow()) })).status).toBe(403);
    expect((await remove({ token: user.token })).status).toBe(401);
    expect((await start(user.token)).status).toBe(409);
    expect((await remove({ token: user.token }, { totp: codeAt(secret, stepNow()) })).status).toBe(204);
    expect((await login(user)).status).toBe(200);
  });

  it('is what an admin needs before anything else, where it is required', async () => {
    const admin = await app.enterAdmin();
    const users = () => app.call('GET', '/api/v1/users', { token: admin.token });
    const refused = await users();
    expect([refused.status, refused.body['detail']]).toEqual([403, expect.stringContaining('/api/v1/auth/totp')]);
    await withSecondFactor(admin);
    expect((await users()).status).toBe(200);
  });

  it('leaves no secret and no code in the report lines', async () => {
    const user = await app.signUp();
    const { secret, codes } = await withSecondFactor(user);
    const lines = app.lines.join('\n');
    expect([secret, ...codes].filter((text) => lines.includes(text))).toEqual([]);
  });
});
