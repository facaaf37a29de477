import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { tableName, tables } from '../../lib/adapters/dynamo/tables.ts';
import { alarm, awsMetric } from './alarm.ts';
import type { Database } from './database.ts';
import type { Network } from './network.ts';

export interface StateAlarmsProps {
  readonly stage: string;
  readonly topic: ITopic;
  readonly database: Database;
  readonly network: Network;
}

const gigabyte = 1024 ** 3;

/** Rings before the stores and the way out are full, and when one of them is. */
export class StateAlarms extends Construct {
  constructor(scope: Construct, id: string, { stage, topic, database, network }: StateAlarmsProps) {
    super(scope, id);
    const of = (
      name: string,
      description: string,
      metric: cloudwatch.IMetric,
      threshold: number,
      more: { readonly below?: boolean; readonly periods?: number } = {},
    ) => alarm(this, name, { name: `mcp-${stage}-${name}`, description, metric, threshold, topic, ...more });

    const { dimensions, maxConnections, serverless } = database;
    const mysql = (name: string, statistic = 'Average') => awsMetric('AWS/RDS', name, dimensions, { statistic });
    of(
      'mysql-connections',
      `MySQL holds more than 80 % of the ${maxConnections} connections that it takes; beyond them requests answer 503. Each warm function that uses MySQL holds one.`,
      mysql('DatabaseConnections', 'Maximum'),
      Math.floor(0.8 * maxConnections),
    );
    of('mysql-cpu', 'MySQL has been working at more than 85 % for fifteen minutes.', mysql('CPUUtilization'), 85, {
      periods: 3,
    });
    if (serverless)
      of(
        'mysql-capacity',
        'Aurora is at more than 90 % of its largest capacity (serverlessV2MaxCapacity).',
        mysql('ACUUtilization', 'Maximum'),
        90,
        { periods: 3 },
      );
    else
      of('mysql-storage', 'MySQL has less than 3 GB of storage left.', mysql('FreeStorageSpace'), 3 * gigabyte, {
        below: true,
      });
    for (const table of tables) {
      const name = tableName(stage, table);
      const throttled = ['ReadThrottleEvents', 'WriteThrottleEvents'] as const;
      for (const metricName of throttled)
        of(
          `${table.suffix}-${metricName === 'ReadThrottleEvents' ? 'reads' : 'writes'}-throttled`,
          `DynamoDB refused requests to ${name}: one partition takes more than it can.`,
          awsMetric('AWS/DynamoDB', metricName, { TableName: name }),
          0,
        );
    }
    for (const [index, instanceId] of network.natInstances.entries())
      of(
        `nat-${index + 1}`,
        'The NAT instance fails its status check: functions inside the network reach nothing outside.',
        awsMetric('AWS/EC2', 'StatusCheckFailed', { InstanceId: instanceId }, { statistic: 'Maximum', minutes: 1 }),
        0,
        { periods: 3 },
      );
  }
}
