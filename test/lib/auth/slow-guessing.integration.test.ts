import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertMayTry } from '../../../lib/auth/slow-guessing.ts';
import { startSessionStore } from './start-sessions.ts';

let store: Awaited<ReturnType<typeof startSessionStore>>;
beforeAll(async () => {
  store = await startSessionStore();
});
afterAll(() => store.stop());

/** How many of some attempts at an account, each from another address, are let through. */
async function allowed(account: string, attempts: number): Promise<number> {
  let passed = 0;
  for (let n = 0; n < attempts; n += 1) {
    const refused = await assertMayTry(store, account, `198.51.100.${n}`, 1).catch((error: unknown) => error);
    if (refused === undefined) passed += 1;
    else
      expect(refused).toMatchObject({
        type: 'rate-limit-exceeded',
        options: { extra: { retry_after: expect.any(Number) } },
      });
  }
  return passed;
}

describe('guessing at one account from many addresses', () => {
  it('is slowed after ten attempts, but never quite stopped', async () => {
    const passed = await allowed('victim', 30);
    expect(passed).toBeGreaterThan(10);
    expect(passed).toBeLessThan(20);
  });

  it('does not touch who has logged in from their network before, nor another account', async () => {
    await store.loginHistory.remember('owner', '192.0.2.7');
    await store.loginHistory.remember('owner', '2001:db8:1:2::/64');
    await allowed('owner', 30);
    await expect(assertMayTry(store, 'owner', '192.0.2.7', 1)).resolves.toBeUndefined();
    await expect(assertMayTry(store, 'owner', '2001:db8:1:2:aaaa::9', 1)).resolves.toBeUndefined();
    await expect(assertMayTry(store, 'somebody-else', '198.51.100.1', 1)).resolves.toBeUndefined();
  });
});
