import { CreateTableCommand, type DynamoDBClient, ResourceInUseException, waitUntilTableExists } from './sdk.ts';
import { type Table, tableName, tables } from './tables.ts';

/** Creates the tables that are missing and waits until they can be used (30 s at most). Without TTL: dynalite has none. */
export async function createTables(client: DynamoDBClient, stage: string): Promise<void> {
  await Promise.all(tables.map((table) => createTable(client, stage, table)));
}

async function createTable(client: DynamoDBClient, stage: string, table: Table): Promise<void> {
  const TableName = tableName(stage, table);
  const keys = [
    { AttributeName: table.partitionKey, KeyType: 'HASH' as const },
    ...(table.sortKey === undefined ? [] : [{ AttributeName: table.sortKey, KeyType: 'RANGE' as const }]),
  ];
  const create = new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keys,
    AttributeDefinitions: keys.map(({ AttributeName }) => ({ AttributeName, AttributeType: 'S' })),
  });
  try {
    await client.send(create);
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 2 }, { TableName });
}
