import { expect, it } from 'vitest';
import { chooseProgram, readNpxCall } from '../../../infra/runner/npx.ts';

it.each([
  [['-y', 'some-server@1.2.3'], { spec: 'some-server@1.2.3', name: 'some-server', args: [] }],
  [['--yes', '@scope/server', '/data'], { spec: '@scope/server', name: '@scope/server', args: ['/data'] }],
  [['-y', '@scope/server@^2', '--', '-v'], { spec: '@scope/server@^2', name: '@scope/server', args: ['-v'] }],
  [['--', 'server@latest', '-y'], { spec: 'server@latest', name: 'server', args: ['-y'] }],
])('reads npx %j', (args, call) => {
  expect(readNpxCall('npx', args)).toEqual(call);
});

it.each([
  [[]],
  [['-y']],
  [['-y', 'github:owner/repo']],
  [['-y', 'git+https://example.com/a.git']],
  [['-y', './folder']],
  [['-y', 'alias@npm:other@1']],
  [['-p', 'one', '-p', 'two', 'run']],
])('leaves npx %j to npx', (args) => {
  expect(readNpxCall('npx', args)).toBeUndefined();
});

it('reads no other command', () => {
  expect(readNpxCall('node', ['-y', 'server'])).toBeUndefined();
});

it.each([
  ['server', './cli.js', 'server'],
  ['@scope/server', './cli.js', 'server'],
  ['@scope/server', { other: './cli.js' }, 'other'],
  ['@scope/server', { one: './cli.js', two: './cli.js' }, 'one'],
  ['@scope/server', { one: './a.js', server: './b.js' }, 'server'],
  ['@scope/server', { one: './a.js', two: './b.js' }, undefined],
  ['server', {}, undefined],
  ['server', undefined, undefined],
])('runs of %s with programs %j: %s', (name, bin, program) => {
  expect(chooseProgram(name, bin)).toBe(program);
});
