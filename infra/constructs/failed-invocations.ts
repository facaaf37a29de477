import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { alarm } from './alarm.ts';

/** Where an event goes that nobody could take: what EventBridge could not hand over, and what a function failed on three times. */
export class FailedInvocations extends Construct {
  readonly queue: sqs.Queue;

  constructor(scope: Construct, id: string, service: string, topic: ITopic) {
    super(scope, id);
    const queueName = `mcp-${service}-failed-invocations`;
    this.queue = new sqs.Queue(this, 'Queue', {
      queueName,
      retentionPeriod: Duration.days(14),
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    });
    alarm(this, 'Alarm', {
      name: queueName,
      description: `A schedule, a rule or a log subscription failed three times. Its event lies in ${queueName}; infra/README.md says how to run it again.`,
      metric: this.queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: 0,
      topic,
    });
  }
}
