import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Declaration } from '../../lib/kernel/lambda/declaration.ts';
import { timeoutSecondsOf } from '../../lib/kernel/lambda/timeouts.ts';
import { maxReceives } from '../../lib/kernel/lambda/worker.ts';
import { alarm } from './alarm.ts';

export interface WorkerQueueProps {
  /** Name of the service. */
  readonly service: string;
  readonly declaration: Extract<Declaration, { kind: 'worker' }>;
  readonly alarms: ITopic;
}

/** A worker's queue, with its dead-letter queue, and alarms for what lies in that and for what waits too long. */
export class WorkerQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, { service, declaration, alarms }: WorkerQueueProps) {
    super(scope, id);
    const queueName = `mcp-${service}-${declaration.queue}`;
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', {
      queueName: `${queueName}-dlq`,
      retentionPeriod: Duration.days(14),
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    this.queue = new sqs.Queue(this, 'Queue', {
      queueName,
      // As AWS advises: a run may take its whole time six times over before the message shows again.
      visibilityTimeout: Duration.seconds(6 * timeoutSecondsOf(declaration)),
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: maxReceives },
    });
    alarm(this, 'Alarm', {
      name: `${queueName}-dlq`,
      description: `A message of ${queueName} failed ${maxReceives} times. Look at it in ${queueName}-dlq.`,
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: 0,
      topic: alarms,
    });
    alarm(this, 'Late', {
      name: `${queueName}-late`,
      description: `A message of ${queueName} has waited for ten minutes: its worker fails, or there are too many.`,
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5), statistic: 'Maximum' }),
      threshold: 600,
      periods: 2,
      topic: alarms,
    });
  }
}
