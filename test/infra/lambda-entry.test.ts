import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { bundledCatalogue, docsFolder } from '../../infra/bundled-catalogue.ts';
import { lambdaHandler } from '../../infra/lambda-entry.ts';
import { currentHost, type Host } from '../../lib/kernel/host.ts';
import { schedule } from '../../lib/kernel/schedule.ts';
import { stream } from '../../lib/kernel/stream.ts';

const host = { write: () => undefined } as unknown as Host;

test('a handler runs on the host that it is given', () => {
  const handler = schedule({ everyMinutes: 1, summary: 'x', run: async () => undefined });
  expect(lambdaHandler(handler, host)).toBe(handler);
  expect(currentHost()).toBe(host);
});

test("a stream is handed to Lambda's streaming", () => {
  const streamifyResponse = vi.fn<(handler: unknown) => string>(() => 'streamed');
  vi.stubGlobal('awslambda', { streamifyResponse });
  onTestFinished(() => void vi.unstubAllGlobals());
  const handler = stream({
    route: 'GET /tick',
    summary: 'x',
    permission: 'public',
    produces: 'text/plain',
    async *run() {
      yield 'x';
    },
  });
  expect(lambdaHandler(handler, host)).toBe('streamed');
  expect(streamifyResponse).toHaveBeenCalledWith(handler);
});

test('the built catalogue answers from the bundle, and never from outside its folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, docsFolder));
  writeFileSync(join(folder, docsFolder, 'page.css'), 'x');
  writeFileSync(join(folder, 'index.js'), 'secret');
  const built = { openapi: { openapi: '3.1.0' }, routes: [{ method: 'GET', path: '/a' }] };
  const catalogue = bundledCatalogue(async () => built, folder);
  expect(await catalogue.openapi()).toBe(built.openapi);
  expect(await catalogue.routes()).toBe(built.routes);
  expect(String(await catalogue.docsAsset('page.css'))).toBe('x');
  expect(await catalogue.docsAsset('../index.js')).toBeUndefined();
});
