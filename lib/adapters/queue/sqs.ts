import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { currentCorrelation } from '../../kernel/correlation.ts';
import type { Probe } from '../../kernel/probe.ts';
import type { SettingsOf } from '../../kernel/settings.ts';

/** The installation's queues, by their declared names. */
export interface Queues {
  send(queue: string, message: unknown): Promise<void>;
  /** Hides a received message for some more seconds. */
  postpone(queue: string, receiptHandle: string, seconds: number): Promise<void>;
  /** Asks after one queue. */
  probe(queue: string): Probe;
}

/** Connects on first use; a call ends within 3 s. */
export function openQueues({ base, queues }: SettingsOf<'queues'>): Queues {
  const client = new SQSClient({
    region: base.AWS_REGION,
    ...(queues.SQS_ENDPOINT !== undefined && { endpoint: queues.SQS_ENDPOINT }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 1500, throwOnRequestTimeout: true },
  });
  const urlOf = (queue: string): string => `${queues.SQS_QUEUE_URL_PREFIX}${queue}`;
  return {
    async send(queue, message) {
      const requestId = currentCorrelation()?.requestId;
      await client.send(
        new SendMessageCommand({
          QueueUrl: urlOf(queue),
          MessageBody: JSON.stringify(message),
          ...(requestId !== undefined && {
            MessageAttributes: { request_id: { DataType: 'String', StringValue: requestId } },
          }),
        }),
      );
    },
    async postpone(queue, ReceiptHandle, seconds) {
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: urlOf(queue), ReceiptHandle, VisibilityTimeout: seconds }),
      );
    },
    probe: (queue) => async (timeoutMs) => {
      await client.send(new GetQueueAttributesCommand({ QueueUrl: urlOf(queue), AttributeNames: ['QueueArn'] }), {
        abortSignal: AbortSignal.timeout(timeoutMs),
      });
    },
  };
}
