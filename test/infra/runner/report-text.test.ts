import { expect, test } from 'vitest';
import { jsonOf } from '../../../infra/runner/platform-client.ts';

test.each([
  ['half a pair', 'a\ud83db', 'a\ufffdb'],
  ['the other half', '\udfff', '\ufffd'],
  ['NUL', '\u0000', '\ufffd'],
  ['a whole pair', '😀', '😀'],
  ['what only looks like an escape', '\\u0000 \\\\ud83d \\', '\\u0000 \\\\ud83d \\'],
  ['other control characters', '\u0001\u001b', '\u0001\u001b'],
])('a report holds text that a store keeps: %s', (_, text, kept) => {
  expect(JSON.parse(jsonOf({ [text]: [text] }))).toEqual({ [kept]: [kept] });
});
