import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { encryptWithSecret } from '../../../lib/auth/encrypt-with-secret.ts';
import { newId } from '../../../lib/kernel/ids.ts';
import { issueToken, type TokenServices } from '../../../lib/oauth/issue-token.ts';

it('two who come with one code at the same time get nothing, whoever of them is slower', async () => {
  const code = `mcp_ac_${randomBytes(32).toString('base64url')}`;
  const verifier = 'v'.repeat(43);
  const authorization = {
    grantId: newId(),
    userId: newId(),
    userVersion: 1,
    clientId: 'mcp_client_one',
    clientName: 'One',
    redirectUri: 'http://localhost/done',
    resource: 'http://localhost/mcp/v1',
    scope: 'mcp',
    challenge: createHash('sha256').update(verifier).digest('base64url'),
  };
  const encrypted = encryptWithSecret(JSON.stringify(authorization), code, 'oauth code');
  let uses = 0;
  const open = new Set<string>();
  let revoked = false;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const form = { grant_type: 'authorization_code', code, client_id: 'mcp_client_one', code_verifier: verifier };
  const ask = () => issueToken(services, headers, new URLSearchParams(form).toString());
  let second: ReturnType<typeof ask> | undefined;
  const services = {
    encryptor: { decrypt: async () => JSON.stringify({ n: 'One', r: [authorization.redirectUri] }) },
    settings: { OAUTH_CLIENT_DOCUMENTS: 'off' },
    codes: {
      spend: async () => ({ encrypted, first: (uses += 1) === 1 }),
      wasReplayed: async () => uses > 1,
    },
    sessions: {
      user: async () => ({ userId: authorization.userId, isActive: true }),
      // The other one comes and goes before the session of this one is there.
      async openFamily({ id }: { readonly id: string }) {
        second ??= ask();
        await second;
        open.add(id);
      },
      endFamily: async (id: string) => void open.delete(id),
    },
    grants: { insert: async () => undefined, revoke: async () => void (revoked = true) },
    relay: { send: async () => undefined },
    signingKey: { issueForApplication: async () => 'token', accessTokenSeconds: 900 },
  } as unknown as TokenServices;
  const first = await ask();
  for (const reply of [first, await second]) {
    expect(reply?.status).toBe(400);
    expect(reply?.text).toContain('invalid_grant');
  }
  expect([uses, open.size, revoked]).toEqual([2, 0, true]);
});
