import { expect, it } from 'vitest';
import { LogBuffer } from '../../../infra/runner/log-buffer.ts';

it('shows the name of a secret instead of its value, the longer one of two first', () => {
  const log = new LogBuffer();
  log.mask({ SHORT: 'abc', KEY: 'secret-key', LONG: 'secret-key-and-more' });
  log.add('stderr', 'abc secret-key-and-more secret-key secret-key');
  expect(log.last(1)).toMatchObject([{ stream: 'stderr', text: 'abc [LONG] [KEY] [KEY]' }]);
});

it('keeps 5,000 lines and 2 MB at most, the last ones', () => {
  const log = new LogBuffer();
  for (let line = 1; line <= 6_000; line += 1) log.add('stdout', `line ${line}`);
  expect(log.last(10_000)).toHaveLength(5_000);
  expect(log.last(1)[0]?.text).toBe('line 6000');
  for (let line = 1; line <= 2_000; line += 1) log.add('stdout', 'x'.repeat(3_000));
  expect(log.last(10_000)).toHaveLength(1_000);
  expect(log.last(1)[0]?.text).toBe(`${'x'.repeat(1_999)}…`);
});

it('tells what the server wrote to standard error, or else anything', () => {
  const log = new LogBuffer();
  log.add('runner', 'starting');
  expect(log.lastErrors(5)).toEqual(['starting']);
  for (const text of ['one', 'two', 'three']) log.add('stderr', text);
  log.add('runner', 'over');
  expect(log.lastErrors(2)).toEqual(['two', 'three']);
});

it('tells what came after an instant', () => {
  const log = new LogBuffer();
  log.add('stderr', 'now');
  expect(log.last(10, new Date(Date.now() - 1_000).toISOString())).toHaveLength(1);
  expect(log.last(10, new Date(Date.now() + 1_000).toISOString())).toEqual([]);
  expect(log.last(0)).toEqual([]);
});
