import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Declaration } from '../../lib/kernel/lambda/declaration.ts';
import { timeoutSecondsOf } from '../../lib/kernel/lambda/timeouts.ts';
import { maxReceives } from '../../lib/kernel/lambda/worker.ts';

export interface WorkerQueueProps {
  readonly stage: string;
  readonly declaration: Extract<Declaration, { kind: 'worker' }>;
  readonly alarms: ITopic;
}

/** A worker's queue, with its dead-letter queue and the alarm that tells when something lies in that. */
export class WorkerQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, { stage, declaration, alarms }: WorkerQueueProps) {
    super(scope, id);
    const queueName = `mcp-${stage}-${declaration.queue}`;
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
    new cloudwatch.Alarm(this, 'Alarm', {
      alarmName: `${queueName}-dlq`,
      alarmDescription: `A message of ${queueName} failed ${maxReceives} times. Look at it in ${queueName}-dlq.`,
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      threshold: 0,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new actions.SnsAction(alarms));
  }
}
