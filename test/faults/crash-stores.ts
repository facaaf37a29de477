import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { exportJWK, generateKeyPair } from 'jose';
import { discover } from '../../infra/discover.ts';
import { localEnvironment, withCredentials } from '../../infra/local/environment.ts';
import { newEncryptionKeys } from '../../infra/local/encryption-key.ts';
import { createQueues } from '../../infra/local/gateway/pollers.ts';
import type { Stores } from '../../infra/local/stores/start-stores.ts';
import { migrateUp } from '../../infra/migrations/migrate.ts';
import { createTables } from '../../lib/adapters/dynamo/create-tables.ts';

/** Schema, tables and queues on stores that run, without the platform; answers the variables that lead there. */
export async function prepareStores(urls: Stores['urls'], stage: string): Promise<NodeJS.ProcessEnv> {
  withCredentials(process.env, urls);
  const client = new DynamoDBClient({ endpoint: urls.dynamodb, region: 'us-east-1' });
  await Promise.all([
    migrateUp(urls.mysqlOwner, { applicationUrl: urls.mysql }),
    createTables(client, stage),
    createQueues({ functions: await discover(), stage, sqsEndpoint: urls.sqs }),
  ]);
  client.destroy();
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const signingKeys = JSON.stringify([{ ...(await exportJWK(privateKey)), kid: 'crash', alg: 'ES256' }]);
  // Nothing listens on this port: no socket is open.
  return {
    ...localEnvironment({ env: { STAGE: stage }, urls, port: 9, signingKeys, encryptionKeys: newEncryptionKeys() }),
    SOCKET_MANAGEMENT_URL: 'http://127.0.0.1:9',
  };
}
