import { afterAll, beforeAll, expect, test } from 'vitest';
import { discover } from '../../infra/discover.ts';
import { httpEvent } from '../lib/kernel/fixtures.ts';
import { type Answer, type BundledPlatform, startBundledPlatform } from './bundled-platform.ts';
import { secret, startAwsService } from './lambda/secrets-manager.ts';
import { waitUntil } from '../wait-until.ts';

const asked = new Set([
  'fallback',
  'get-docs-asset',
  'get-health',
  'get-liveness',
  'get-me',
  'get-openapi',
  'login',
  'register',
]);
let platform: BundledPlatform;
beforeAll(async () => {
  platform = await startBundledPlatform(await discover(), (id) => asked.has(id), '7.7.7');
});
afterAll(() => platform.stop());

const invoke = (id: string, event: object, env?: NodeJS.ProcessEnv): Promise<Answer> => platform.invoke(id, event, env);
const post = (body: object) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const asset = (name: string) =>
  invoke('get-docs-asset', httpEvent('GET', `/api/docs/${name}`, { params: { asset: name } }));

test('a bundle reaches every store with the drivers that were bundled', async () => {
  // A busy store may take longer than a look at its health waits.
  const health = async () => {
    const { statusCode, body } = await invoke('get-health', httpEvent('GET', '/health'));
    return { statusCode, ...(JSON.parse(body) as object) };
  };
  await expect.poll(health).toMatchObject({
    statusCode: 200,
    status: 'healthy',
    services: {
      mysql: { status: 'healthy' },
      mongodb: { status: 'healthy' },
      redis: { status: 'healthy' },
      dynamodb: { status: 'healthy' },
      sqs: { status: 'healthy' },
    },
  });
});

test('a bundle writes and reads through MySQL, DynamoDB and Redis', async () => {
  const person = { username: 'ada', email: 'ada@example.org', password: 'Correct-Horse-7' };
  const registered = await invoke('register', httpEvent('POST', '/api/v1/auth/register', post(person)));
  expect(registered.statusCode).toBe(201);
  const { username, password } = person;
  const login = await invoke('login', httpEvent('POST', '/api/v1/auth/login', post({ username, password })));
  expect(login.statusCode).toBe(200);
  const { access_token } = JSON.parse(login.body) as { access_token: string };
  const me = await invoke(
    'get-me',
    httpEvent('GET', '/api/v1/auth/me', { headers: { authorization: `Bearer ${access_token}` } }),
  );
  expect(JSON.parse(me.body)).toMatchObject({ username: 'ada', role: 'developer' });
});

test('the API describes itself from what was built in, without the sources', async () => {
  const { body } = await invoke('get-openapi', httpEvent('GET', '/api/openapi.json'));
  expect(JSON.parse(body)).toMatchObject({ info: { version: '7.7.7' }, paths: { '/health': {} } });
  const { statusCode } = await invoke('fallback', httpEvent('PATCH', '/health'));
  expect(statusCode).toBe(405);
});

test('the documentation page has its files, and no others', async () => {
  expect(await asset('swagger-ui.css')).toMatchObject({ statusCode: 200 });
  expect(await asset('index.js')).toMatchObject({ statusCode: 404 });
});

test('a bundle gets what it needs from the secrets, as on Lambda', async () => {
  const { env } = platform;
  const url = new URL(env['MYSQL_URL'] ?? '');
  const { JWT_PUBLIC_KEYS, MONGODB_URI, MYSQL_URL: _, ...open } = env;
  const service = await startAwsService([secret({ JWT_PUBLIC_KEYS, MONGODB_URI })]);
  const addresses = { SETTINGS_SECRETS: 'settings', AWS_ENDPOINT_URL_SECRETS_MANAGER: service.url };
  const health = httpEvent('GET', '/health');
  const statusOf = async (more: object) => (await invoke('get-health', health, { ...open, ...more })).statusCode;
  // A busy store may take longer than a look at its health waits.
  await waitUntil('health', async () => (await statusOf({ ...addresses, MYSQL_URL: url.href })) === 200);
  expect(await statusOf({ MYSQL_URL: url.href })).not.toBe(200);
});

test('a bundle behind CloudFront refuses who comes past it', async () => {
  const env = { ...platform.env, EDGE_TOKENS: 'token' };
  const past = await invoke('get-liveness', httpEvent('GET', '/health/live'), env);
  expect(past.statusCode).toBe(403);
  const through = httpEvent('GET', '/health/live', {
    headers: { 'x-mcp-edge': 'token', 'x-mcp-viewer': '198.51.100.7' },
  });
  expect((await invoke('get-liveness', through, env)).statusCode).toBe(200);
});
