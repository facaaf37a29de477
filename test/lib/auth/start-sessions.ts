import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startDynamodbServer } from '../../../infra/local/stores/dynamodb-server.ts';
import { createTables } from '../../../lib/adapters/dynamo/create-tables.ts';
import { openSessionStore } from '../../../lib/adapters/dynamo/session-store.ts';
import { readSettings } from '../../../lib/kernel/settings/settings.ts';
import { dynamoVariables } from '../../../lib/uses/variables/dynamo.ts';

/** The store of trust on a DynamoDB server of its own. */
export async function startSessionStore() {
  process.env['AWS_ACCESS_KEY_ID'] ??= 'local';
  process.env['AWS_SECRET_ACCESS_KEY'] ??= 'local';
  const folder = await mkdtemp(join(tmpdir(), 'mcp-sessions-'));
  const server = await startDynamodbServer({
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    folder,
    port: 0,
  });
  const stage = `t${randomBytes(4).toString('hex')}`;
  const client = new DynamoDBClient({ endpoint: server.url, region: 'us-east-1' });
  await createTables(client, stage);
  return {
    ...openSessionStore(readSettings({ STAGE: stage, DYNAMODB_ENDPOINT: server.url }, dynamoVariables)),
    client,
    stage,
    url: server.url,
    stop: async () => {
      client.destroy();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
