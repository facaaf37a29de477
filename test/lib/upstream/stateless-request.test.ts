import { expect, it } from 'vitest';
import { readMessage } from '../../../lib/upstream/json-rpc.ts';
import { isStateless } from '../../../lib/upstream/stateless-request.ts';

const message = (method: string, meta?: object) =>
  readMessage({ jsonrpc: '2.0', id: 1, method, params: meta === undefined ? {} : { _meta: meta } });
const envelope = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };

it.each([
  ['by its header', 'tools/list', undefined, { 'mcp-protocol-version': '2026-07-28' }, true],
  ['by its envelope', 'tools/list', envelope, {}, true],
  ['by its method', 'server/discover', undefined, {}, true],
  ['not by an older header', 'tools/list', undefined, { 'mcp-protocol-version': '2025-11-25' }, false],
  ['not in a session', 'tools/list', envelope, { 'mcp-session-id': 'x' }, false],
  ['not without anything', 'initialize', undefined, {}, false],
])('knows a stateless request %s', (_how, method, meta, headers, stateless) => {
  expect(isStateless(message(method, meta), headers)).toBe(stateless);
});
