import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClassicLevel } from 'classic-level';
import dynalite from 'dynalite';
import { signRequest } from '../../../lib/adapters/aws/sign-request.ts';
import { refuseStranger, sendRefusal } from '../guard/guard-service.ts';
import type { Credentials } from '../guard/verify-signature.ts';

interface DynamodbServerOptions {
  readonly folder: string;
  readonly port: number;
  /** What callers must sign with. */
  readonly credentials: Credentials;
}

/**
 * Serves DynamoDB's API on 127.0.0.1 over the tables in `folder`. LevelDB hands each write to the system before it is
 * acknowledged. To be run in a thread: where the tables cannot be opened dynalite throws outside of any promise.
 */
export async function startDynamodbServer({ folder, port, credentials }: DynamodbServerOptions) {
  mkdirSync(folder, { recursive: true });
  // Each request that names its caller reads five values, and to wake LevelDB's thread for a value takes many times as long as to read it.
  (ClassicLevel.prototype as unknown as Level)._get = getInThisThread;
  const server = dynalite({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const serve = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const refusal = refuseStranger(request, credentials);
    if (refusal !== undefined) sendRefusal(response, refusal);
    else for (const each of serve) each(request, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${address.port}`;
  await touchTables(url, credentials);
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

interface Level {
  _get(key: string, options: object): Promise<unknown>;
  _getSync(key: string, options: object): unknown;
}

async function getInThisThread(this: Level, key: string, options: object): Promise<unknown> {
  return this._getSync(key, options);
}

/** dynalite opens its tables on first use: this is one, a question about a table that does not exist. */
async function touchTables(url: string, credentials: Credentials): Promise<void> {
  const body = JSON.stringify({ TableName: 'no-such-table' });
  const headers = signRequest(credentials, {
    service: 'dynamodb',
    region: 'us-east-1',
    headers: {
      host: new URL(url).host,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.DescribeTable',
    },
    body,
    at: new Date(),
  });
  // `fetch` sets it itself.
  delete headers['host'];
  await fetch(url, { method: 'POST', headers, body });
}
