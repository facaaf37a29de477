import { expect, it } from 'vitest';
import { lineReader } from '../../../infra/runner/lines.ts';

function read(chunks: readonly Buffer[], maxBytes = 100): { lines: string[]; tooLong: string[] } {
  const lines: string[] = [];
  const tooLong: string[] = [];
  const reader = lineReader((line) => lines.push(line), { maxBytes, tooLong: (beginning) => tooLong.push(beginning) });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return { lines, tooLong };
}

it('finds the same lines however the bytes are cut, inside a character too', () => {
  const whole = Buffer.from('first\r\n\n{"ü": "€ 😀"}\nlast');
  for (let at = 0; at <= whole.length; at += 1) {
    const { lines } = read([whole.subarray(0, at), whole.subarray(at)]);
    expect(lines).toEqual(['first', '{"ü": "€ 😀"}', 'last']);
  }
});

it('drops a line that is too long, and only that', () => {
  const { lines, tooLong } = read([
    Buffer.from(`before\n${'x'.repeat(60)}`),
    Buffer.from(`${'x'.repeat(60)}\nafter\n`),
  ]);
  expect(lines).toEqual(['before', 'after']);
  expect(tooLong).toEqual(['x'.repeat(120)]);
});
