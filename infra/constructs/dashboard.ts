import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { tableName, tables } from '../../lib/adapters/dynamo/tables.ts';
import { metricNamespace, metrics } from '../lambda/embed-metrics.ts';
import { awsMetric } from './alarm.ts';

export interface DashboardProps {
  readonly stage: string;
  readonly service: string;
  readonly restApi: string;
  /** Names of the workers' queues. */
  readonly queues: readonly string[];
  readonly database: Record<string, string>;
  readonly cluster: string;
  readonly distributionId: string;
}

/** What an operator looks at first, made of what the function files declare: a new worker brings its lines. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const { stage, service, restApi, queues, database, cluster, distributionId } = props;
    const own = (name: string, statistic = 'Sum') =>
      awsMetric(metricNamespace, name, { Service: service }, { statistic });
    const rest = (name: string, statistic = 'Sum') =>
      awsMetric('AWS/ApiGateway', name, { ApiName: restApi }, { statistic });
    const dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: `mcp-${service}`,
      defaultInterval: Duration.hours(6),
    });
    /** All functions of the service in one graph, whatever files there are. */
    const functions = (metric: string, statistic: string) =>
      new cloudwatch.MathExpression({
        expression: `SEARCH('{AWS/Lambda,FunctionName} MetricName="${metric}" FunctionName=mcp-${service}', '${statistic}', 300)`,
        label: '',
        usingMetrics: {},
      });
    const counted = Object.keys(metrics).filter((name) => name !== 'answer_ms');
    dashboard.addWidgets(
      graph('Requests and failures', [rest('Count'), rest('4XXError'), rest('5XXError')]),
      graph('Time to answer', [own('answer_ms', 'p50'), own('answer_ms', 'p95'), own('answer_ms', 'p99')]),
      graph(
        'What the report lines count',
        counted.map((name) => own(name)),
      ),
    );
    dashboard.addWidgets(
      graph('Functions running at once in the account', [
        awsMetric('AWS/Lambda', 'ConcurrentExecutions', {}, { statistic: 'Maximum' }),
        awsMetric('AWS/Lambda', 'Throttles'),
      ]),
      graph('Failing functions', [functions('Errors', 'Sum')]),
      graph('Slow functions', [functions('Duration', 'Average')]),
    );
    const queue = (name: string, metric: string, of: string) =>
      awsMetric('AWS/SQS', metric, { QueueName: `mcp-${service}-${name}${of}` }, { statistic: 'Maximum' });
    dashboard.addWidgets(
      graph(
        'Oldest message of each queue',
        queues.map((name) => queue(name, 'ApproximateAgeOfOldestMessage', '')),
      ),
      graph(
        'Dead letters',
        queues.map((name) => queue(name, 'ApproximateNumberOfMessagesVisible', '-dlq')),
      ),
      graph('Tasks', [
        awsMetric('ECS/ContainerInsights', 'RunningTaskCount', { ClusterName: cluster }, { statistic: 'Maximum' }),
        own('tasks_refused'),
      ]),
    );
    dashboard.addWidgets(
      graph(
        'MySQL',
        [awsMetric('AWS/RDS', 'CPUUtilization', database, { statistic: 'Average' })],
        [awsMetric('AWS/RDS', 'DatabaseConnections', database, { statistic: 'Maximum' })],
      ),
      graph(
        'DynamoDB, refused requests',
        tables.flatMap((table) =>
          ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
            awsMetric('AWS/DynamoDB', name, { TableName: tableName(stage, table) }),
          ),
        ),
      ),
      new cloudwatch.GraphWidget({
        title: 'CloudFront, errors in percent',
        region: 'us-east-1',
        width: 8,
        height: 6,
        left: ['4xxErrorRate', '5xxErrorRate'].map((name) =>
          awsMetric(
            'AWS/CloudFront',
            name,
            { DistributionId: distributionId, Region: 'Global' },
            { statistic: 'Average' },
          ),
        ),
      }),
    );
  }
}

function graph(title: string, left: cloudwatch.IMetric[], right: cloudwatch.IMetric[] = []): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, right, width: 8, height: 6 });
}
