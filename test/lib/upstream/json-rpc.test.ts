import { expect, it } from 'vitest';
import { progressTokenOf, readMessage } from '../../../lib/upstream/json-rpc.ts';

it.each([
  [
    { id: 1, method: 'a' },
    { kind: 'request', id: 1, method: 'a', params: {} },
  ],
  [
    { id: 'x', method: 'a', params: { b: 1 } },
    { kind: 'request', id: 'x', method: 'a', params: { b: 1 } },
  ],
  [
    { method: 'a', params: [1] },
    { kind: 'notification', method: 'a', params: {} },
  ],
  [
    { id: 1, result: { c: 1 } },
    { kind: 'response', id: 1, result: { c: 1 } },
  ],
  [
    { id: null, error: { code: 1, message: 'm' } },
    { kind: 'response', id: null, error: { code: 1, message: 'm' } },
  ],
  [
    { id: 1, error: {} },
    { kind: 'response', id: 1, error: { code: -32603, message: 'error without a message' } },
  ],
])('reads %j', (sent, read) => {
  expect(readMessage({ jsonrpc: '2.0', ...sent })).toEqual(read);
});

it.each([
  null,
  1,
  'x',
  [],
  {},
  { jsonrpc: '1.0', method: 'a' },
  { jsonrpc: '2.0' },
  { jsonrpc: '2.0', id: {}, method: 'a' },
])('takes %j for no message', (value) => {
  expect(readMessage(value)).toBeUndefined();
});

it('finds the token that progress is told under', () => {
  expect(progressTokenOf({ _meta: { progressToken: 0 } })).toBe(0);
  expect(progressTokenOf({ _meta: { progressToken: {} } })).toBeUndefined();
  expect(progressTokenOf({})).toBeUndefined();
});
