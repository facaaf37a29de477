import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Scripts } from '../../../../infra/local/redis/scripts.ts';

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');
const flagged = '#!lua flags=allow-key-locking\nreturn 1';

test('takes out the flag that only Upstash knows, and keeps the line numbers', () => {
  expect(new Scripts().translate(['EVAL', flagged, '0'])).toEqual(['EVAL', '\nreturn 1', '0']);
});

test('keeps the flags that Redis knows', () => {
  const script = '#!lua flags=no-writes,allow-key-locking\nreturn 1';
  expect(new Scripts().translate(['eval', script, '0'])[1]).toBe('#!lua flags=no-writes\nreturn 1');
});

test.each(['return 1', '#!lua\nreturn 1', '#!lua flags=no-writes\nreturn 1', '#!lua'])(
  'leaves %j as it is',
  (script) => {
    const scripts = new Scripts();
    expect(scripts.translate(['EVAL', script, '0'])).toEqual(['EVAL', script, '0']);
    expect(scripts.hashForCaller(['SCRIPT', 'LOAD', script])).toBeUndefined();
  },
);

test('runs a script by the hash that the caller knows', () => {
  const scripts = new Scripts();
  expect(scripts.translate(['EVALSHA', sha1(flagged), '0'])[1]).toBe(sha1(flagged));
  scripts.translate(['EVAL', flagged, '0']);
  expect(scripts.translate(['EVALSHA', sha1(flagged), '0'])[1]).toBe(sha1('\nreturn 1'));
  expect(scripts.translate(['EVALSHA_RO', sha1(flagged).toUpperCase(), '0'])[1]).toBe(sha1('\nreturn 1'));
  expect(scripts.translate(['SCRIPT', 'EXISTS', sha1(flagged), 'other'])).toEqual([
    'SCRIPT',
    'EXISTS',
    sha1('\nreturn 1'),
    'other',
  ]);
});

test('answers the loading of a script with the hash of what was sent', () => {
  const scripts = new Scripts();
  expect(scripts.translate(['script', 'load', flagged])).toEqual(['script', 'load', '\nreturn 1']);
  expect(scripts.hashForCaller(['script', 'load', flagged])).toBe(sha1(flagged));
});
