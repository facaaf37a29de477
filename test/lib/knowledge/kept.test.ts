import { expect, it } from 'vitest';
import { Kept } from '../../../lib/knowledge/index/kept.ts';

it('keeps what is wanted again and again, and about as many bytes as it may', () => {
  const kept = new Kept<{ readonly bytes: number }>(1000, ({ bytes }) => bytes);
  kept.keep('wanted', { bytes: 10 });
  for (let number = 0; number < 1000; number += 1) {
    kept.keep(String(number), { bytes: 10 });
    expect(kept.get('wanted')).toEqual({ bytes: 10 });
  }
  const left = Array.from({ length: 1000 }, (_, number) => kept.get(String(number))).filter((value) => value);
  expect(left.length).toBeGreaterThan(40);
  expect(left.length).toBeLessThanOrEqual(102);
  expect(kept.get('999')).toBeDefined();
});
