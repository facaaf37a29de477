import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSessionStore } from '../../auth/start-sessions.ts';

let store: Awaited<ReturnType<typeof startSessionStore>>;
beforeAll(async () => {
  store = await startSessionStore();
});
afterAll(() => store.stop());

const soon = () => new Date(Date.now() + 600_000);

describe('what a code stands for', () => {
  it('is replaced by one of those who have read the same, and by nobody who has read something older', async () => {
    const [{ codes }, hash] = [store, randomUUID()];
    await codes.put(hash, 'pending', soon());
    const answers = await Promise.all(['a', 'b', 'c'].map((next) => codes.replace(hash, 'pending', next)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    const winner = ['a', 'b', 'c'][answers.indexOf(true)];
    expect(await codes.read(hash)).toEqual({ encrypted: winner, isOver: false });
  });

  it('stays as it is once the code is used, over, or was never there', async () => {
    const [{ codes }, used, over, unknown] = [store, randomUUID(), randomUUID(), randomUUID()];
    await codes.put(used, 'allowed', soon());
    const uses = await Promise.all([1, 2, 3].map(() => codes.spend(used)));
    expect(uses.filter((use) => use?.first)).toHaveLength(1);
    await codes.put(over, 'pending', new Date(Date.now() - 1));
    expect(await codes.spend(over)).toBeUndefined();
    expect(await codes.read(over)).toEqual({ encrypted: 'pending', isOver: true });
    expect(await codes.read(unknown)).toBeUndefined();
    for (const [hash, former] of [
      [used, 'allowed'],
      [over, 'pending'],
      [unknown, 'pending'],
    ] as const)
      expect(await codes.replace(hash, former, 'other'), former).toBe(false);
  });
});
