import { beforeAll, describe, expect, it } from 'vitest';
import { discover, type DiscoveredFunction } from '../../../infra/discover.ts';
import { checkConfiguration } from '../../../infra/local/check-configuration.ts';

let functions: readonly DiscoveredFunction[];

beforeAll(async () => {
  functions = await discover();
});

const said = (env: NodeJS.ProcessEnv): Promise<string> =>
  checkConfiguration(env, functions).then(
    () => 'nothing',
    (error: Error) => error.message,
  );

describe('a configuration', () => {
  it('may be empty, or say what the platform needs', async () => {
    expect(await said({})).toBe('nothing');
    const env = {
      BASE_URL: 'https://platform.example',
      CORS_ORIGINS: 'https://ui.example, http://localhost:3000,vscode-file://vscode-app',
      RATE_LIMITS: '{"create-tool":5,"login":"off"}',
      MYSQL_URL: 'mysql://u:p@db.example/x',
    };
    expect(await said(env)).toBe('nothing');
  });

  it.each([
    ['JWT_PRIVATE_KEYS', 'garbage'],
    ['JWT_PRIVATE_KEYS', '[{"kty":"EC","kid":"a","alg":"ES256","d":"garbage"}]'],
    ['ENCRYPTION_KEYS', '[]'],
    ['MYSQL_POOL', 'abc'],
    ['RATE_LIMIT_SCALE', '-1'],
    ['RATE_LIMITS', '{bad'],
    ['RATE_LIMITS', '{"nosuch":5}'],
    ['REGISTRATION', 'maybe'],
    ['BASE_URL', 'not a url'],
    ['BASE_URL', 'localhost:8000'],
    ['OPENAI_BASE_URL', 'x'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', '["http://localhost:3000"]'],
    ['CORS_ORIGINS', 'https://ui.example/path'],
    ['MYSQL_URL', 'postgres://127.0.0.1/x'],
    ['MONGODB_URI', 'http://127.0.0.1'],
    ['SQS_ENDPOINT', 'localhost'],
  ])('with %s=%s is refused by name, once', async (name, value) => {
    const message = await said({ [name]: value });
    expect(message).toMatch(/^The configuration is wrong\. /);
    expect(message.split(`${name}: `)).toHaveLength(2);
  });

  it('with several mistakes is refused with all of them, and without their values', async () => {
    const message = await said({ JWT_PRIVATE_KEYS: 'secret-text', MYSQL_POOL: 'abc', CORS_ORIGINS: '*' });
    for (const name of ['JWT_PRIVATE_KEYS', 'MYSQL_POOL', 'CORS_ORIGINS']) expect(message).toContain(`${name}: `);
    expect(message).not.toContain('secret-text');
  });
});
