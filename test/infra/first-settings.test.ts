import { expect, test } from 'vitest';
import { firstSettings } from '../../infra/first-settings.ts';
import { readSettings } from '../../lib/kernel/settings/settings.ts';

test('fresh keys are keys that the platform takes', () => {
  const { JWT_PRIVATE_KEYS, ENCRYPTION_KEYS } = firstSettings();
  const env = { JWT_PRIVATE_KEYS: JSON.stringify(JWT_PRIVATE_KEYS), ENCRYPTION_KEYS: JSON.stringify(ENCRYPTION_KEYS) };
  expect(() => readSettings(env, ['auth', 'secrets'])).not.toThrow();
  expect(firstSettings()['JWT_PRIVATE_KEYS']).not.toEqual(JWT_PRIVATE_KEYS);
});
