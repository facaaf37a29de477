import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

export interface FirewallLogsProps {
  readonly name: string;
  readonly firewallArn: string;
}

/** What the firewall refused, for a month: without credentials, and without the query, in which tickets stand. */
export class FirewallLogs extends Construct {
  constructor(scope: Construct, id: string, { name, firewallArn }: FirewallLogsProps) {
    super(scope, id);
    const group = new logs.LogGroup(this, 'Group', {
      // WAF takes none whose name begins otherwise.
      logGroupName: `aws-waf-logs-${name}`,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { partition, region, account } = Stack.of(this);
    new CfnLoggingConfiguration(this, 'Configuration', {
      resourceArn: firewallArn,
      logDestinationConfigs: [`arn:${partition}:logs:${region}:${account}:log-group:${group.logGroupName}`],
      redactedFields: [
        ...['authorization', 'x-api-key', 'cookie'].map((header) => ({ singleHeader: { Name: header } })),
        { queryString: {} },
      ],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }],
          },
        ],
      },
    });
  }
}
