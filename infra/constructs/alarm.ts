import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface AlarmProps {
  /** With the installation's prefix: the topic lets no other alarm publish. */
  readonly name: string;
  /** What has happened, and where to look. */
  readonly description: string;
  readonly metric: cloudwatch.IMetric;
  /** Rings above it; with `below`, under it. */
  readonly threshold: number;
  readonly below?: boolean;
  /** So many periods in a row; default 1. */
  readonly periods?: number;
  readonly topic: ITopic;
}

/** An alarm that notifies somebody when it rings and when it is over. Silence is no alarm. */
export function alarm(scope: Construct, id: string, props: AlarmProps): cloudwatch.Alarm {
  const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
  const made = new cloudwatch.Alarm(scope, id, {
    alarmName: props.name,
    alarmDescription: props.description,
    metric: props.metric,
    threshold: props.threshold,
    comparisonOperator: props.below === true ? LESS_THAN_THRESHOLD : GREATER_THAN_THRESHOLD,
    evaluationPeriods: props.periods ?? 1,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
  const action = new actions.SnsAction(props.topic);
  made.addAlarmAction(action);
  made.addOkAction(action);
  return made;
}

/** One of AWS's metrics. Default: the sum of five minutes. */
export function awsMetric(
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string> = {},
  { statistic = 'Sum', minutes = 5 }: { readonly statistic?: string; readonly minutes?: number } = {},
): cloudwatch.Metric {
  return new cloudwatch.Metric({ namespace, metricName, dimensionsMap, statistic, period: Duration.minutes(minutes) });
}
