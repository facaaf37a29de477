import { expect, it } from 'vitest';
import { estimateTokens } from '../../../lib/analysis/tokens.ts';

it.each([
  ['', 0],
  ['The forecast of a place.', 6],
  ['{"type":"object","properties":{}}', 9],
  ['1234567', 3],
  ['天气预报', 4],
])('%j is about %i tokens', (text, about) => {
  expect(Math.abs(estimateTokens(text) - about)).toBeLessThanOrEqual(2);
});
