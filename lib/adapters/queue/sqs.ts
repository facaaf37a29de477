import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { currentCorrelation } from '../../kernel/log/correlation.ts';
import type { Probe } from '../../kernel/probe.ts';

/** The installation's queues, by their declared names. */
export interface Queues {
  /** Nobody receives it before `delaySeconds` (at most 900) are over. */
  send(queue: string, message: unknown, delaySeconds?: number): Promise<void>;
  /** Sends a body as it is. */
  sendText(queue: string, body: string, delaySeconds?: number): Promise<void>;
  /** Up to ten messages, without waiting for any; hidden from others for `visibilitySeconds`. */
  receive(
    queue: string,
    visibilitySeconds: number,
  ): Promise<{ readonly body: string; readonly receiptHandle: string }[]>;
  remove(queue: string, receiptHandle: string): Promise<void>;
  /** About how many messages may be received now or later, and how many somebody holds. */
  depth(queue: string): Promise<{ readonly waiting: number; readonly inFlight: number }>;
  /** Hides a received message for some more seconds. */
  postpone(queue: string, receiptHandle: string, seconds: number): Promise<void>;
  /** Asks after one queue. */
  probe(queue: string): Probe;
}

export interface QueueSettings {
  readonly AWS_REGION: string;
  readonly SQS_ENDPOINT?: string | undefined;
  readonly SQS_QUEUE_URL_PREFIX: string;
}

/** Connects on first use; a call ends within 3 s. */
export function openQueues(settings: QueueSettings): Queues {
  const client = new SQSClient({
    region: settings.AWS_REGION,
    ...(settings.SQS_ENDPOINT !== undefined && { endpoint: settings.SQS_ENDPOINT }),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 1500, throwOnRequestTimeout: true },
  });
  const urlOf = (queue: string): string => `${settings.SQS_QUEUE_URL_PREFIX}${queue}`;
  const sendText: Queues['sendText'] = async (queue, body, delaySeconds) => {
    const requestId = currentCorrelation()?.requestId;
    await client.send(
      new SendMessageCommand({
        QueueUrl: urlOf(queue),
        MessageBody: body,
        ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
        ...(requestId !== undefined && {
          MessageAttributes: { request_id: { DataType: 'String', StringValue: requestId } },
        }),
      }),
    );
  };
  return {
    send: (queue, message, delaySeconds) => sendText(queue, JSON.stringify(message), delaySeconds),
    sendText,
    async receive(queue, visibilitySeconds) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: urlOf(queue),
          MaxNumberOfMessages: 10,
          VisibilityTimeout: visibilitySeconds,
          WaitTimeSeconds: 0,
        }),
      );
      return Messages.map(({ Body = '', ReceiptHandle = '' }) => ({ body: Body, receiptHandle: ReceiptHandle }));
    },
    async remove(queue, ReceiptHandle) {
      await client.send(new DeleteMessageCommand({ QueueUrl: urlOf(queue), ReceiptHandle }));
    },
    async depth(queue) {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl: urlOf(queue),
          AttributeNames: [
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesDelayed',
            'ApproximateNumberOfMessagesNotVisible',
          ],
        }),
      );
      return {
        waiting:
          Number(Attributes.ApproximateNumberOfMessages ?? 0) +
          Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
        inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
      };
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
