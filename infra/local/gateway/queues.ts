import { Agent } from 'node:http';
import { CreateQueueCommand, type QueueAttributeName, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { timeoutSecondsOf } from '../../../lib/kernel/lambda/timeouts.ts';
import { maxReceives } from '../../../lib/kernel/lambda/worker.ts';
import { type DiscoveredFunction, ofKind } from '../../discover.ts';

export interface QueueOptions {
  readonly functions: readonly DiscoveredFunction[];
  readonly stage: string;
  readonly sqsEndpoint: string;
  /** Default us-east-1. */
  readonly region?: string;
}

export type WorkerFunction = ReturnType<typeof ofKind<'worker'>>[number];

export interface Queue {
  readonly url: string;
  readonly arn: string;
}

const fortnightSeconds = '1209600';

/** Makes or updates every worker's queue and dead-letter queue. @returns the queues by their workers' ids. @throws when SQS cannot be reached. */
export async function createQueues(options: QueueOptions): Promise<ReadonlyMap<string, Queue>> {
  const client = sqsClient(options);
  const workers = ofKind(options.functions, 'worker');
  try {
    return new Map(
      await Promise.all(
        workers.map(async (worker) => [worker.id, await ensureQueue(client, options.stage, worker)] as const),
      ),
    );
  } finally {
    client.destroy();
  }
}

export function sqsClient({ sqsEndpoint, region = 'us-east-1' }: QueueOptions): SQSClient {
  return new SQSClient({
    endpoint: sqsEndpoint,
    region,
    // A queue's URL names a host that only AWS's own DNS knows.
    useQueueUrlAsEndpoint: false,
    // The pollers have their own back-off.
    maxAttempts: 1,
    requestHandler: { httpAgent: new Agent({ keepAlive: true, maxSockets: 500 }) },
  });
}

/** A message that a run holds stays hidden for six times the run's limit, as AWS advises. */
export async function ensureQueue(client: SQSClient, stage: string, { declaration }: WorkerFunction): Promise<Queue> {
  const name = `mcp-${stage}-${declaration.queue}`;
  const deadLetters = await putQueue(client, `${name}-dlq`, { MessageRetentionPeriod: fortnightSeconds });
  return putQueue(client, name, {
    VisibilityTimeout: String(6 * timeoutSecondsOf(declaration)),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: maxReceives }),
  });
}

async function putQueue(
  client: SQSClient,
  name: string,
  attributes: Partial<Record<QueueAttributeName, string>>,
): Promise<Queue> {
  const { QueueUrl: url = '' } = await client
    .send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))
    .catch((error: Error) => {
      // AWS and its stand-in put different prefixes before it.
      if (error.name.endsWith('QueueNameExists')) return updateQueue(client, name, attributes);
      throw error;
    });
  return { url, arn: await arnOf(client, url) };
}

/** CreateQueue refuses a queue that exists with other attributes. */
async function updateQueue(client: SQSClient, name: string, attributes: Partial<Record<QueueAttributeName, string>>) {
  const known = await client.send(new CreateQueueCommand({ QueueName: name }));
  await client.send(new SetQueueAttributesCommand({ QueueUrl: known.QueueUrl, Attributes: attributes }));
  return known;
}

/** A queue's URL ends with its account and name. */
async function arnOf({ config }: SQSClient, url: string): Promise<string> {
  const [account, name] = new URL(url).pathname.split('/').slice(-2);
  return `arn:aws:sqs:${await config.region()}:${account}:${name}`;
}
