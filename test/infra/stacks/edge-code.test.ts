import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { nameViewerCode, restoreHeaderCode } from '../../../infra/constructs/edge-code.ts';

type EdgeFunction = (event: object) => Promise<{ readonly headers: Record<string, unknown> }>;

function restoreHeader(headers: object) {
  const exports: { handler?: EdgeFunction } = {};
  runInNewContext(restoreHeaderCode, { exports });
  return exports.handler?.({ Records: [{ cf: { response: { status: '401', headers } } }] });
}

test('WWW-Authenticate gets its name back, with every challenge', async () => {
  const renamed = ['Bearer resource_metadata="x"', 'Basic'].map((value) => ({
    key: 'x-amzn-Remapped-WWW-Authenticate',
    value,
  }));
  const type = [{ key: 'Content-Type', value: 'application/problem+json' }];
  const answer = await restoreHeader({ 'x-amzn-remapped-www-authenticate': renamed, 'content-type': type });
  expect(answer?.headers).toEqual({
    'content-type': type,
    'www-authenticate': [
      { key: 'WWW-Authenticate', value: 'Bearer resource_metadata="x"' },
      { key: 'WWW-Authenticate', value: 'Basic' },
    ],
  });
});

test('other answers pass unchanged', async () => {
  const headers = { 'content-type': [{ key: 'Content-Type', value: 'application/json' }] };
  expect((await restoreHeader({ ...headers }))?.headers).toEqual(headers);
});

test("the viewer's address is CloudFront's word, whatever the client says", () => {
  const event = {
    viewer: { ip: '198.51.100.7' },
    request: { headers: { 'x-mcp-viewer': { value: '6.6.6.6' }, accept: { value: '*/*' } } },
  };
  expect(runInNewContext(`${nameViewerCode}; handler(event)`, { event })).toEqual({
    headers: { 'x-mcp-viewer': { value: '198.51.100.7' }, accept: { value: '*/*' } },
  });
});
