import { expect, test } from 'vitest';
import { firstSettings } from '../../infra/first-settings.ts';
import { readSettings } from '../../lib/kernel/settings/settings.ts';
import { use as secretsUse } from '../../lib/uses/secrets.ts';
import { use as sessionsUse } from '../../lib/uses/sessions.ts';

test('fresh keys are keys that the platform takes', async () => {
  const { JWT_PRIVATE_KEYS, ENCRYPTION_KEYS } = await firstSettings();
  const env = { JWT_PRIVATE_KEYS: JSON.stringify(JWT_PRIVATE_KEYS), ENCRYPTION_KEYS: JSON.stringify(ENCRYPTION_KEYS) };
  expect(() => readSettings(env, { ...sessionsUse.variables, ...secretsUse.variables })).not.toThrow();
  expect((await firstSettings())['JWT_PRIVATE_KEYS']).not.toEqual(JWT_PRIVATE_KEYS);
});
