import { expect, test } from 'vitest';
import { settingsSecrets } from '../../infra/environment.ts';
import { firstSettings } from '../../infra/first-settings.ts';
import { readSettings } from '../../lib/kernel/settings/settings.ts';
import { readSigningKey, readVerificationKeys } from '../../lib/auth/tokens.ts';
import { use as secretsUse } from '../../lib/uses/secrets.ts';
import { use as sessionsUse } from '../../lib/uses/sessions.ts';
import { use as signingUse } from '../../lib/uses/signing.ts';

test('fresh keys are keys that the platform takes, and what one secret signs another verifies', async () => {
  const { signing, verifying, encryption } = firstSettings();
  const env = Object.fromEntries(
    Object.entries({ ...signing, ...verifying, ...encryption }).map(([name, value]) => [name, JSON.stringify(value)]),
  );
  const settings = readSettings(env, { ...sessionsUse.variables, ...signingUse.variables, ...secretsUse.variables });
  const subject = { userId: crypto.randomUUID(), sessionId: crypto.randomUUID(), role: 'viewer' } as const;
  const token = await (await readSigningKey(settings)).issue(subject);
  expect(await (await readVerificationKeys(settings)).verify(token)).toMatchObject({ sub: subject.userId });
  expect(firstSettings()['signing']).not.toEqual(signing);
});

test('no private key is in the secret that everybody reads', () => {
  expect(JSON.stringify(firstSettings()['verifying'])).not.toContain('"d"');
  expect(() =>
    readSettings(
      { JWT_PUBLIC_KEYS: JSON.stringify(firstSettings()['signing']?.['JWT_PRIVATE_KEYS']) },
      sessionsUse.variables,
    ),
  ).toThrow('JWT_PUBLIC_KEYS');
});

test('each secret holds what is needed together', () => {
  expect(Object.fromEntries(settingsSecrets)).toEqual({
    encryption: ['ENCRYPTION_KEYS'],
    github: ['GITHUB_TOKEN', 'GITHUB_APP_PRIVATE_KEY'],
    identity: ['IDENTITY_PROVIDERS'],
    issuers: ['OAUTH_ISSUER_CLIENTS'],
    mongo: ['MONGODB_URI'],
    openai: ['OPENAI_API_KEY'],
    redis: ['UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'],
    signing: ['JWT_PRIVATE_KEYS'],
    verifying: ['JWT_PUBLIC_KEYS'],
    webhook: ['GITHUB_WEBHOOK_SECRET'],
  });
});
