import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whereJsonBreaks } from '../../../../lib/kernel/http/json-position.ts';

describe('the place where JSON breaks', () => {
  it.each([
    ['', 1, 1],
    ['{"a":1', 1, 7],
    ['{"a":1}}', 1, 8],
    ['{"a":1,}', 1, 8],
    ['[1,]', 1, 4],
    ['{a:1}', 1, 2],
    ["{'a':1}", 1, 2],
    ['{"a" 1}', 1, 6],
    ['{"a":1 "b":2}', 1, 8],
    ['[1 2]', 1, 4],
    ['// note\n{}', 1, 1],
    ['{\n  "a": 01\n}', 2, 9],
    ['{\n\n  "a": "b\n"}', 3, 8],
    ['"\\x"', 1, 1],
    ['{"a":tru}', 1, 6],
    ['[1}', 1, 3],
    [`"${'x'.repeat(1_000_000)}`, 1, 1],
    ['['.repeat(200_000), 1, 200_001],
  ])('is found: example %#', (text, line, column) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(whereJsonBreaks(text)).toEqual({ line, column });
  });

  it('is the end of a text that is JSON so far, wherever it was cut', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, at) => {
        const cut = text.slice(0, at % text.length);
        const { line, column } = whereJsonBreaks(cut);
        expect(line).toBe(1);
        expect(column).toBeLessThanOrEqual(cut.length + 1);
        const rest = cut.slice(column - 1);
        const token = /^("(\\.|[^"\\])*"|[-+.\dEe]+|[a-z]+)/.exec(text.slice(column - 1))?.[0] ?? '';
        expect(rest === '' || (token.startsWith(rest) && token !== rest), `${rest} of ${token}`).toBe(true);
      }),
    );
  });
});
