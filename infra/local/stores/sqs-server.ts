import type { DatabaseSync } from 'node:sqlite';
import { buildApp } from 'fauxqs';
import { refusalBody, refusalHeaders, refuseStranger } from '../guard/guard-service.ts';
import type { Credentials } from '../guard/verify-signature.ts';

type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>;
type SqsStore = Stores['sqsStore'];
type SqsQueue = ReturnType<SqsStore['createQueue']>;

/** What is used of fauxqs' write-through to SQLite, whose type keeps `db` to itself. */
interface Persistence {
  db: DatabaseSync;
  updateMessageReady(messageId: string): void;
  loadSqsAndSns(sqsStore: SqsStore, snsStore: Stores['snsStore']): void;
  close(): void;
}

interface SqsServerOptions {
  readonly folder: string;
  readonly port: number;
  /** What callers must sign with. */
  readonly credentials: Credentials;
}

/**
 * Serves SQS' API on 127.0.0.1 over the queues in `folder`. A message is on disk before it is acknowledged.
 *
 * Put together from the parts of `startFauxqs`, which listens on every address of the machine, gives queues the host
 * `sqs.<region>.localhost` (not every machine resolves it) and keeps the port that a queue was made under.
 */
export async function startSqsServer({ folder, port, credentials }: SqsServerOptions) {
  const { SqsStore, SnsStore, S3Store, PersistenceManager } = await parts();
  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const persistence = new PersistenceManager(folder);
  load(stores, persistence, `http://127.0.0.1:${port}`);
  const app = buildApp({ logger: false, stores });
  // Without a host of its own a new queue gets the one that the request came to.
  stores.sqsStore.host = '';
  app.addHook('onRequest', async (request, reply) => {
    const refusal = refuseStranger(request.raw, credentials);
    if (refusal !== undefined) {
      return reply.code(refusal.status).headers(refusalHeaders).send(refusalBody(refusal.detail));
    }
    // Of fauxqs' three services this platform has one.
    const isSqs = request.headers['content-type']?.startsWith('application/x-amz-json-1.0') ?? false;
    if (!isSqs) return reply.code(404).send({ error: 'only SQS is served here' });
  });
  try {
    const url = await app.listen({ port, host: '127.0.0.1' });
    return {
      url,
      port,
      stop: async () => {
        await app.close();
        persistence.close();
      },
    };
  } catch (error) {
    persistence.close();
    throw error;
  }
}

function load({ sqsStore, snsStore }: Stores, persistence: Persistence, base: string): void {
  const { db } = persistence;
  // fauxqs' own statement clears a column that must not be empty: the message would be lost.
  const makeVisible = db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  );
  persistence.updateMessageReady = (messageId) => void makeVisible.run(messageId);
  db.prepare(`UPDATE sqs_queues SET url = ? || '/000000000000/' || name`).run(base);
  const create = sqsStore.createQueue.bind(sqsStore);
  sqsStore.createQueue = (...queue) => receiveAtOnce(create(...queue), persistence);
  persistence.loadSqsAndSns(sqsStore, snsStore);
  // Only now: while it loads, a queue that is written again would take its messages with it.
  const writeThrough = persistence as unknown as NonNullable<SqsStore['persistence']>;
  sqsStore.persistence = writeThrough;
  for (const queue of sqsStore.allQueues()) queue.persistence = writeThrough;
}

/** A receive writes each message; a move to the dead-letter queue deletes it here and adds it there: one transaction. */
function receiveAtOnce(queue: SqsQueue, persistence: Persistence): SqsQueue {
  const dequeue = queue.dequeue.bind(queue);
  queue.dequeue = (...args) => {
    persistence.db.exec('BEGIN');
    const messages = dequeue(...args);
    persistence.db.exec('COMMIT');
    return messages;
  };
  return queue;
}

async function parts() {
  const files = ['sqs/sqsStore.js', 'sns/snsStore.js', 's3/s3Store.js', 'persistence.js'];
  return Object.assign({}, ...(await Promise.all(files.map(part)))) as {
    SqsStore: new () => SqsStore;
    SnsStore: new () => Stores['snsStore'];
    S3Store: new () => Stores['s3Store'];
    PersistenceManager: new (folder: string) => Persistence;
  };
}

/** fauxqs exports its server only; its parts are loaded by their place. */
function part(file: string): Promise<unknown> {
  return import(new URL(file, import.meta.resolve('fauxqs')).href);
}
