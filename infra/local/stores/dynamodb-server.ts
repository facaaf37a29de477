import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';

/**
 * Serves DynamoDB's API on 127.0.0.1 over the tables in `folder`. LevelDB hands each write to the system before it is
 * acknowledged. To be run in a thread: where the tables cannot be opened dynalite throws outside of any promise.
 */
export async function startDynamodbServer({ folder, port }: { folder: string; port: number }) {
  mkdirSync(folder, { recursive: true });
  const server = dynalite({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${address.port}`;
  await touchTables(url);
  return {
    url,
    port: address.port,
    stop: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** dynalite opens its tables on first use: this is one, a question about a table that does not exist. */
async function touchTables(url: string): Promise<void> {
  await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.DescribeTable',
      'x-amz-date': '20250101T000000Z',
      authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=none',
    },
    body: JSON.stringify({ TableName: 'no-such-table' }),
  });
}
