import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { bundledApiDescription, docsFolder } from '../../infra/bundled-api-description.ts';
import { lambdaHandler } from '../../infra/lambda-entry.ts';
import type { Env } from '../../infra/lambda/read-secrets.ts';
import type { Handler } from '../../lib/kernel/lambda/declaration.ts';
import { currentRuntime, type Runtime } from '../../lib/kernel/lambda/runtime.ts';
import { schedule } from '../../lib/kernel/lambda/schedule.ts';
import { stream } from '../../lib/kernel/http/stream.ts';
import { secret, startAwsService } from './lambda/secrets-manager.ts';

const host = { write: () => undefined } as unknown as Runtime;
const streamDeclaration = {
  route: 'GET /tick',
  summary: 'x',
  permission: 'public',
  produces: 'text/plain',
  async *run() {
    yield 'x';
  },
} as const;

type Called = (event: unknown, context?: unknown) => Promise<unknown>;
type Streamed = (event: unknown, out: Writable, context: unknown) => Promise<unknown>;

/** A function that was put on a host by `env`, and the environments that its hosts were made from. */
function onLambda(handler: Handler, env: NodeJS.ProcessEnv) {
  const made: Env[] = [];
  const createRuntime = (env: Env): Runtime => {
    made.push(env);
    return host;
  };
  return { call: lambdaHandler(handler, createRuntime, env) as Called, made };
}

const echo = Object.assign(async (event: unknown) => event, {
  declaration: { kind: 'endpoint' },
}) as unknown as Handler;

test('a handler runs on the host that it is given', async () => {
  const handler = schedule({ everyMinutes: 1, summary: 'x', run: async () => undefined });
  const { made } = onLambda(handler, { STAGE: 'dev' });
  expect(made).toEqual([{ STAGE: 'dev' }]);
  expect(currentRuntime()).toBe(host);
});

test('a function waits for its secrets, reads them once, and asks again after a failure', async () => {
  const service = await startAwsService([400, 400, secret({ MONGODB_URI: 'mongodb://x' })]);
  const { call, made } = onLambda(echo, { SETTINGS_SECRETS: 's', AWS_ENDPOINT_URL_SECRETS_MANAGER: service.url });
  const event = { requestContext: {} };
  await expect(call(event)).rejects.toThrow('SETTINGS_SECRETS s');
  expect(made).toEqual([]);
  await Promise.all([call(event), call(event)]);
  await call(event);
  expect(made).toMatchObject([{ MONGODB_URI: 'mongodb://x' }]);
  expect(service.heard).toHaveLength(3);
});

test('a request past CloudFront is answered with a problem that says where to go', async () => {
  const { call } = onLambda(echo, { EDGE_TOKENS: 't', BASE_URL: 'https://mcp.example.org' });
  const answer = (await call({ path: '/health', headers: {}, requestContext: {} })) as { body: string };
  expect(answer).toMatchObject({ statusCode: 403, headers: { 'content-type': 'application/problem+json' } });
  expect(JSON.parse(answer.body)).toMatchObject({ error_code: 'FORBIDDEN', instance: '/health' });
  const headers = { 'x-mcp-edge': 't', 'x-mcp-viewer': '198.51.100.7' };
  expect(await call({ headers, requestContext: {} })).toMatchObject({
    requestContext: { identity: { sourceIp: '198.51.100.7' } },
  });
});

test("a stream is handed to Lambda's streaming, which refuses what comes past CloudFront too", async () => {
  const heads: unknown[] = [];
  vi.stubGlobal('awslambda', {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: { from: (out: Writable, head: unknown) => (heads.push(head), out) },
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const { call } = onLambda(stream(streamDeclaration), { EDGE_TOKENS: 't', BASE_URL: 'https://mcp.example.org' });
  const out = new PassThrough();
  await (call as unknown as Streamed)({ path: '/tick', headers: {}, requestContext: {} }, out, {});
  expect(heads).toMatchObject([{ statusCode: 403 }]);
  expect(JSON.parse(String(out.read()))).toMatchObject({ status: 403, instance: '/tick' });
});

test('the built apiDescription answers from the bundle, and never from outside its folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'api-description-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, docsFolder));
  writeFileSync(join(folder, docsFolder, 'page.css'), 'x');
  writeFileSync(join(folder, 'index.js'), 'secret');
  const built = { openapi: { openapi: '3.1.0' }, routes: [{ method: 'GET', path: '/a' }] };
  const apiDescription = bundledApiDescription(async () => built, folder);
  expect(await apiDescription.openapi()).toBe(built.openapi);
  expect(await apiDescription.routes()).toBe(built.routes);
  expect(String(await apiDescription.docsAsset('page.css'))).toBe('x');
  expect(await apiDescription.docsAsset('../index.js')).toBeUndefined();
});
