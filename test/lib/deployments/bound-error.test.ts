import { expect, test } from 'vitest';
import { boundError } from '../../../lib/deployments/bound-error.ts';

/** What a TEXT column of MySQL holds. */
const columnBytes = 65_535;

test.each([
  ['three bytes each', '字'],
  ['six bytes each in JSON', '\u0001'],
  ['half a pair', '\ud83d'],
])('whatever a server wrote fits into its column: characters of %s', (_, character) => {
  const line = character.repeat(2_000);
  const bounded = boundError({ reason: line, log: Array.from({ length: 50 }, () => line) });
  expect(Buffer.byteLength(JSON.stringify(bounded))).toBeLessThan(columnBytes);
  expect(bounded.reason).toHaveLength(1_000);
  expect(bounded.log.length).toBeGreaterThan(5);
});

test('the last lines stay, because they say why a server ended', () => {
  const log = Array.from({ length: 50 }, (_, index) => `${index} ${'x'.repeat(1_500)}`);
  const bounded = boundError({ reason: 'ended', log });
  expect(bounded.log.at(-1)).toBe(log.at(-1)?.slice(0, 1_000));
  expect(bounded.log.length).toBeLessThan(50);
  expect(boundError({ reason: 'r', log: ['a', 'b'] })).toEqual({ reason: 'r', log: ['a', 'b'] });
});
