import { expect, it } from 'vitest';
import { observer } from '../../../lib/mcp/observe.ts';

const ok = { jsonrpc: '2.0', id: 7, result: { content: [] } };
const toolError = { jsonrpc: '2.0', id: 7, result: { content: [], isError: true } };
const rpcError = { jsonrpc: '2.0', id: 7, error: { code: -32_602, message: 'no' } };

const requests = [{ id: 7, method: 'tools/call', tool: 'x' }];

function outcomeOf(text: string, contentType: string, step = 5) {
  const watch = observer(requests, contentType, 200);
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += step) watch.see(bytes.subarray(start, start + step));
  return watch.end()[0];
}

it.each([
  ['a result', ok, { status: 'ok', errorCode: undefined }],
  ['an error of the tool', toolError, { status: 'error', errorCode: undefined }],
  ['an error of JSON-RPC', rpcError, { status: 'error', errorCode: '-32602' }],
])('sees %s in JSON and among events, however it is cut', (_what, message, outcome) => {
  expect(outcomeOf(JSON.stringify(message), 'application/json')).toEqual(outcome);
  const others = [
    { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 7, progress: 1 } },
    { jsonrpc: '2.0', id: 7, method: 'sampling/createMessage', params: {} },
    { jsonrpc: '2.0', id: 8, error: { code: 1, message: 'of another' } },
  ];
  const events = [...others, message].map((each) => `event: message\r\ndata: ${JSON.stringify(each)}\r\n\r\n`).join('');
  for (const step of [1, 7, 1000]) expect(outcomeOf(events, 'text/event-stream', step)).toEqual(outcome);
});

it('goes by the status when there is nothing to see', () => {
  expect(observer(requests, 'application/json', 503).end()).toEqual([{ status: 'error', errorCode: 'HTTP 503' }]);
  expect(outcomeOf('not json 7', 'application/json')).toMatchObject({ status: 'ok' });
});
