import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { inject } from 'vitest';
import { bundleFunctions } from '../../infra/bundle.ts';
import type { DiscoveredFunction } from '../../infra/discover.ts';
import { newEncryptionKeys } from '../../infra/local/encryption-key.ts';
import { clusterAt, localEnvironment, withCredentials } from '../../infra/local/environment.ts';
import { createQueues } from '../../infra/local/gateway/queues.ts';
import { createTables } from '../../lib/adapters/dynamo/create-tables.ts';
import { newSigningKeys } from '../harness.ts';
import { freshDatabase } from '../stores.ts';

/* The bundles as Lambda runs them: a process of their own, the real drivers as they were bundled, the real stores. */

export interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface BundledPlatform {
  readonly env: NodeJS.ProcessEnv;
  /** Runs a bundle on an event, in an empty folder that holds nothing but the bundle. @throws with what it printed when it throws. */
  invoke(id: string, event: object, vars?: NodeJS.ProcessEnv): Promise<Answer>;
  stop(): Promise<void>;
}

/** What Lambda has in place of a response's stream; the head is the answer. */
const streaming = `
  const { PassThrough } = require('node:stream');
  const heads = [];
  globalThis.awslambda = {
    streamifyResponse: (handler) => (event, context) => new Promise((resolve, reject) => {
      heads.push(resolve);
      handler(event, new PassThrough().resume(), context).catch(reject);
    }),
    HttpResponseStream: { from: (out, head) => (heads.shift()(head), out) },
  };`;

/** Bundles those of the functions that a test asks for, and makes the stores ready for all of them. */
export async function startBundledPlatform(
  functions: readonly DiscoveredFunction[],
  isAsked: (id: string) => boolean,
  version = '0.0.0',
): Promise<BundledPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  const stage = `t${randomBytes(5).toString('hex')}`;
  const stores = inject('stores');
  const database = await freshDatabase();
  // A cluster without tasks, and a socket API without sockets.
  const nothing = createServer((_, response) => void response.end('{"tasks":[],"taskArns":[],"failures":[]}'));
  await new Promise<void>((resolve) => nothing.listen(0, '127.0.0.1', resolve));
  const nowhere = `http://127.0.0.1:${(nothing.address() as AddressInfo).port}`;
  const env = {
    ...localEnvironment({
      env: { STAGE: stage },
      urls: { ...stores, mysql: database.url },
      port: 8000,
      signingKeys: await newSigningKeys(),
      encryptionKeys: newEncryptionKeys(),
    }),
    ...clusterAt(nowhere, stage),
    SOCKET_MANAGEMENT_URL: nowhere,
  };
  withCredentials(env, stores);
  withCredentials(process.env, stores);
  const dynamo = new DynamoDBClient({ endpoint: stores.dynamodb, region: 'us-east-1' });
  await Promise.all([
    createTables(dynamo, stage),
    createQueues({ functions, stage, sqsEndpoint: stores.sqs }),
    bundleFunctions(
      functions.filter(({ id }) => isAsked(id)),
      join(folder, 'all'),
      version,
    ),
  ]);
  dynamo.destroy();
  return {
    env,
    async invoke(id, event, vars = env) {
      const alone = mkdtempSync(join(folder, 'alone-'));
      cpSync(join(folder, 'all', id), alone, { recursive: true });
      const script = `${streaming}
        require('./index.js')
          .handler(${JSON.stringify(event)}, { functionName: 'mcp-${stage}-${id}', awsRequestId: 'x', getRemainingTimeInMillis: () => 9999 })
          .then((answer) => { require('node:fs').writeSync(3, JSON.stringify(answer ?? null)); process.exit(0); })`;
      const shell = `exec 3>&1 1>&2; exec "$0" -e "$1"`;
      const { stdout } = await promisify(execFile)('/bin/sh', ['-c', shell, process.execPath, script], {
        env: vars,
        cwd: alone,
        timeout: 30_000,
      });
      return JSON.parse(stdout) as Answer;
    },
    async stop() {
      nothing.close();
      rmSync(folder, { recursive: true });
      await database.drop();
    },
  };
}
