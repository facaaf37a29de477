import { expect, it } from 'vitest';
import { takeTurns } from '../../../lib/kernel/take-turns.ts';

it('long work lets others through, and does not wait where it is short', async () => {
  const others = { seen: 0 };
  const other = setInterval(() => (others.seen += 1), 1);
  const turn = takeTurns();
  const first = turn();
  let turns = 0;
  // Without a turn this would never end.
  while (others.seen < 3) {
    turns += 1;
    await turn();
  }
  clearInterval(other);
  expect(first).toBeUndefined();
  expect(turns).toBeGreaterThan(100);
});
