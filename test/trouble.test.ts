import { expect, it, onTestFinished, vi } from 'vitest';
import { forgetTrouble, noteTrouble, showTrouble } from './trouble.ts';

it('shows the last warnings and errors that were not about a caller’s mistake', () => {
  forgetTrouble();
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => written.mockRestore());
  noteTrouble('{"level":"info","message":"done"}');
  noteTrouble('{"level":"warning","status":404}');
  for (let n = 1; n <= 40; n += 1) noteTrouble(`{"level":"error","status":503,"n":${n}}`);
  noteTrouble(`{"level":"warning","text":"${'x'.repeat(5000)}"}`);
  showTrouble();
  const lines = written.mock.calls.map(([line]) => String(line));
  expect(lines).toHaveLength(30);
  expect(lines.join('')).not.toMatch(/"info"|404|"n":11}/);
  expect(lines[0]).toBe('reported: {"level":"error","status":503,"n":12}\n');
  expect(lines.at(-1)?.length).toBeLessThan(2100);
  forgetTrouble();
  showTrouble();
  expect(written).toHaveBeenCalledTimes(30);
});
