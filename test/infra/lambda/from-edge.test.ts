import { expect, test } from 'vitest';
import { fromEdge } from '../../../infra/lambda/from-edge.ts';

const env = { EDGE_TOKENS: 'right', BASE_URL: 'https://mcp.example.org' };
const event = (headers: Record<string, string>) => ({
  headers,
  path: '/health',
  requestContext: { identity: { sourceIp: '130.176.0.1', userAgent: 'x' } },
});

test('without an edge a request is as it comes', () => {
  const plain = event({ 'x-mcp-viewer': '6.6.6.6' });
  expect(fromEdge(plain, {})).toBe(plain);
});

test("a request that came through the edge has the viewer's address and host, and no token", () => {
  const through = event({
    'X-Mcp-Edge': 'right',
    'x-mcp-viewer': '198.51.100.7',
    host: 'api.internal',
    accept: '*/*',
  });
  expect(fromEdge(through, env)).toEqual({
    headers: { accept: '*/*', Host: 'mcp.example.org' },
    path: '/health',
    requestContext: { identity: { sourceIp: '198.51.100.7', userAgent: 'x' } },
  });
});

test.each([{}, { 'x-mcp-edge': '' }, { 'x-mcp-edge': 'wrong' }, { 'x-mcp-edge': 'right ' }])(
  'a request past the edge is refused: %j',
  (headers) => expect(fromEdge(event({ ...headers, 'x-mcp-viewer': '6.6.6.6' }), env)).toBeUndefined(),
);

test('while the token changes, each that is accepted opens, and no other', () => {
  const rotating = { ...env, EDGE_TOKENS: 'former,right,next' };
  for (const token of ['former', 'right', 'next'])
    expect(fromEdge(event({ 'x-mcp-edge': token }), rotating)).toBeDefined();
  for (const token of ['former,right', 'before', ''])
    expect(fromEdge(event({ 'x-mcp-edge': token }), rotating)).toBeUndefined();
});

test('the frames of an open WebSocket, which have no headers, pass; opening one does not', () => {
  const frame = (eventType: string) => ({ requestContext: { eventType } });
  expect(fromEdge(frame('MESSAGE'), env)).toBeDefined();
  expect(fromEdge(frame('DISCONNECT'), env)).toBeDefined();
  expect(fromEdge(frame('CONNECT'), env)).toBeUndefined();
});
