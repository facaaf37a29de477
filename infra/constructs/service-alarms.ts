import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { metricNamespace } from '../lambda/embed-metrics.ts';
import { alarm, awsMetric } from './alarm.ts';

export interface ServiceAlarmsProps {
  /** Name of the service: the stage, and its colour where there are two. */
  readonly service: string;
  readonly topic: ITopic;
  readonly restApi: string;
  readonly socketApiId: string | undefined;
  /** How many functions the account may run at once. */
  readonly concurrency: number;
}

/** Rings for what a user feels, and before the account is full. Each queue brings its own. */
export class ServiceAlarms extends Construct {
  /** What takes a release back while it is being let in. */
  readonly release: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, props: ServiceAlarmsProps) {
    super(scope, id);
    const { service, topic, restApi, socketApiId, concurrency } = props;
    const of = (
      name: string,
      description: string,
      metric: cloudwatch.IMetric,
      threshold: number,
      more: { readonly periods?: number } = {},
    ) => alarm(this, name, { name: `mcp-${service}-${name}`, description, metric, threshold, topic, ...more });
    const rest = (name: string, statistic?: string) =>
      awsMetric('AWS/ApiGateway', name, { ApiName: restApi }, { ...(statistic && { statistic }) });
    const own = (name: string, statistic?: string) =>
      awsMetric(metricNamespace, name, { Service: service }, { ...(statistic && { statistic }) });

    this.release = of('api-5xx', 'The API answered 5xx more than five times within five minutes.', rest('5XXError'), 5);
    of(
      'api-slow',
      'One request in twenty took longer than 3 s for a quarter of an hour, streams and tool calls left out.',
      own('answer_ms', 'p95'),
      3000,
      { periods: 3 },
    );
    of(
      'failures',
      'Functions failed more than ten times within five minutes; see `level: error` in the report lines.',
      own('failures'),
      10,
    );
    of('limits-skipped', 'Rate limits were not counted, because Redis is away.', own('limits_skipped'), 10);
    of(
      'concurrency',
      `More than 80 % of the ${concurrency} functions that the account may run at once are running. Beyond them everything answers 5xx, login included. Open streams count.`,
      awsMetric('AWS/Lambda', 'ConcurrentExecutions', {}, { statistic: 'Maximum', minutes: 1 }),
      Math.floor(0.8 * concurrency),
      { periods: 3 },
    );
    of(
      'throttles',
      'Lambda refused to run functions in this account and region.',
      awsMetric('AWS/Lambda', 'Throttles'),
      5,
    );
    of(
      'tasks-refused',
      'AWS did not start tasks that deployments wait for: a quota, a permission, no room.',
      own('tasks_refused'),
      0,
    );
    if (socketApiId !== undefined)
      of(
        'sockets',
        'WebSocket requests failed more than five times within five minutes.',
        awsMetric('AWS/ApiGateway', 'IntegrationError', { ApiId: socketApiId }),
        5,
      );
  }
}
