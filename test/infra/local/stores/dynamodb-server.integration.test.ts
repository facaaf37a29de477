import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { startDynamodbServer } from '../../../../infra/local/stores/dynamodb-server.ts';
import { credentials, temporaryState } from '../temporary-state.ts';
import { dynamodbClient } from './local-clients.ts';

test('answers, says when its port is taken, and stops with a connection open', async () => {
  const { state, remove } = temporaryState();
  const server = await startDynamodbServer({ credentials, folder: `${state}/one`, port: 0 });
  const client = dynamodbClient(server.url);
  expect((await client.send(new ListTablesCommand())).TableNames).toEqual([]);
  const second = startDynamodbServer({ credentials, folder: `${state}/two`, port: server.port });
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await server.stop();
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  client.destroy();
  remove();
});
