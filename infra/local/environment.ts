import type { Credentials } from './guard/verify-signature.ts';
import type { StoreUrls } from './stores/start-stores.ts';

interface EnvironmentOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly urls: Omit<StoreUrls, keyof Credentials | 'mysqlOwner'>;
  readonly port: number;
  readonly signingKeys: string;
  readonly encryptionKeys: string;
}

/** The variables that the functions get on this machine: as on AWS, but open, unhurried and pointing here. The person's own ones win. */
export function localEnvironment({
  env,
  urls,
  port,
  signingKeys,
  encryptionKeys,
}: EnvironmentOptions): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const stage = own['STAGE'] ?? 'local';
  return {
    STAGE: stage,
    BASE_URL: `http://localhost:${port}`,
    REGISTRATION: 'open',
    ADMIN_TOTP: 'optional',
    OAUTH_CLIENT_DOCUMENTS: 'off',
    REGISTRY_READS: 'on',
    ALLOW_PRIVATE_ADDRESSES: 'true',
    RATE_LIMIT_SCALE: '100',
    MYSQL_POOL: '10',
    AWS_REGION: 'us-east-1',
    JWT_PRIVATE_KEYS: signingKeys,
    JWT_PUBLIC_KEYS: publicKeysOf(own['JWT_PRIVATE_KEYS'] ?? signingKeys),
    ENCRYPTION_KEYS: encryptionKeys,
    SQS_QUEUE_URL_PREFIX: `${urls.sqs}/000000000000/mcp-${stage}-`,
    ...own,
    MYSQL_URL: urls.mysql,
    MONGODB_URI: urls.mongodb,
    UPSTASH_REDIS_REST_URL: urls.redis,
    UPSTASH_REDIS_REST_TOKEN: urls.redisToken,
    DYNAMODB_ENDPOINT: urls.dynamodb,
    SQS_ENDPOINT: urls.sqs,
  };
}

/** The JWT_PUBLIC_KEYS that belong to JWT_PRIVATE_KEYS; none where those are no JSON, which is said of them. */
export function publicKeysOf(signingKeys: string): string {
  try {
    const keys = JSON.parse(signingKeys) as { readonly d?: string }[];
    return JSON.stringify(keys.map(({ d: _private, ...key }) => key));
  } catch {
    return '';
  }
}

/** The variables that lead to the cluster on this machine. */
export function clusterAt(url: string, stage: string): Record<string, string> {
  return { ECS_ENDPOINT: url, ECS_CLUSTER: `mcp-${stage}`, ECS_TASK_DEFINITION: 'runner', ECS_SUBNETS: 'local' };
}

/** Has the AWS SDK sign with what the services on this machine demand. */
export function withCredentials(env: NodeJS.ProcessEnv, { accessKeyId, secretAccessKey }: Credentials): void {
  if (env['AWS_ACCESS_KEY_ID'] === accessKeyId) return;
  Object.assign(env, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  delete env['AWS_SESSION_TOKEN'];
}
