import { expect, test } from 'vitest';
import { namesSecrets, withSecrets } from '../../../infra/lambda/read-secrets.ts';
import { secret, startAwsService } from './secrets-manager.ts';

const credentials = {
  AWS_ACCESS_KEY_ID: 'a',
  AWS_SECRET_ACCESS_KEY: 'b',
  AWS_SESSION_TOKEN: 'c',
  AWS_REGION: 'eu-west-1',
};
const database = {
  username: 'mcp',
  password: 'p@ss/w',
  host: 'db.internal',
  port: 3306,
  dbname: 'mcp',
  engine: 'mysql',
};

test('an environment that names no secret asks nobody', async () => {
  const env = { MONGODB_URI: 'mongodb://x', AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:1' };
  expect(namesSecrets(env)).toBe(false);
  expect(await withSecrets(env)).toEqual(env);
});

test('the variables of the JSON secret are added; those of the environment go first', async () => {
  const keys = [{ kid: '1' }];
  const { url, heard } = await startAwsService([
    secret({ MONGODB_URI: 'mongodb://x', JWT_PRIVATE_KEYS: keys, STAGE: 'other' }),
  ]);
  const env = {
    ...credentials,
    STAGE: 'dev',
    RATE_LIMITS: '',
    SETTINGS_SECRETS: 'arn:s',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
  };
  expect(namesSecrets(env)).toBe(true);
  expect(await withSecrets(env)).toMatchObject({
    STAGE: 'dev',
    MONGODB_URI: 'mongodb://x',
    JWT_PRIVATE_KEYS: JSON.stringify(keys),
  });
  expect(heard).toHaveLength(1);
  expect(heard[0]?.headers).toMatchObject({
    'x-amz-target': 'secretsmanager.GetSecretValue',
    'x-amz-security-token': 'c',
  });
  expect(JSON.parse(heard[0]?.body ?? '')).toEqual({ SecretId: 'arn:s' });
});

test("MYSQL_URL is made of the database's own secret, over TLS, behind the proxy where there is one", async () => {
  const { url } = await startAwsService([secret(database)]);
  const env = { ...credentials, DATABASE_SECRET: 'arn:d', AWS_ENDPOINT_URL_SECRETS_MANAGER: url };
  expect(await withSecrets(env)).toMatchObject({
    MYSQL_URL: 'mysql://mcp:p%40ss%2Fw@db.internal:3306/mcp?ssl=%7B%22verifyIdentity%22%3Atrue%7D',
  });
  const behind = await withSecrets({ ...env, DATABASE_HOST: 'proxy.internal' });
  expect(new URL(behind['MYSQL_URL'] ?? '').hostname).toBe('proxy.internal');
});

test('a connection that broke is made anew once', async () => {
  const { url, heard } = await startAwsService([0, secret({ A: '1' })]);
  const env = { ...credentials, SETTINGS_SECRETS: 's', AWS_ENDPOINT_URL_SECRETS_MANAGER: url };
  expect(await withSecrets(env)).toMatchObject({ A: '1' });
  expect(heard).toHaveLength(2);
});

test.each([
  ['a refusal', 400, 'SETTINGS_SECRETS arn:s: Secrets Manager answered 400 AccessDeniedException'],
  ['a secret that is not JSON', secret('hunter2'), 'SETTINGS_SECRETS arn:s: is not JSON'],
])('%s is one error that names the secret and says nothing that was in the answer', async (_, answer, message) => {
  const { url } = await startAwsService([answer]);
  const env = { ...credentials, SETTINGS_SECRETS: 'arn:s', AWS_ENDPOINT_URL_SECRETS_MANAGER: url };
  await expect(withSecrets(env)).rejects.toThrow(new Error(message));
});

test('a database secret that is not complete is told by what it lacks', async () => {
  const { url } = await startAwsService([secret({ ...database, host: undefined, password: undefined })]);
  const env = { ...credentials, DATABASE_SECRET: 'arn:d', AWS_ENDPOINT_URL_SECRETS_MANAGER: url };
  await expect(withSecrets(env)).rejects.toThrow('DATABASE_SECRET arn:d: lacks password, host');
});
