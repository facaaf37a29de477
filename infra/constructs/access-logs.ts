import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** What API Gateway writes of each request. No query and no header: tickets stand in the one, credentials in the other. */
const line = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  path: '$context.path',
  status: '$context.status',
  error: '$context.error.responseType',
  ms: '$context.responseLatency',
  bytes: '$context.responseLength',
};

/** Where both APIs write their access log, and the role that the account's API Gateway writes with. */
export class AccessLogs extends Construct {
  readonly group: logs.LogGroup;
  readonly format: string;
  /** To be there before a stage that logs. */
  readonly account: apigateway.CfnAccount;

  constructor(scope: Construct, id: string, service: string) {
    super(scope, id);
    this.format = JSON.stringify(line);
    this.group = new logs.LogGroup(this, 'Group', {
      logGroupName: `/mcp/${service}/access`,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const { partition, region, account } = Stack.of(this);
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
      inlinePolicies: {
        logs: new iam.PolicyDocument({
          statements: [
            new iam.PolicyStatement({
              actions: ['CreateLogGroup', 'CreateLogStream', 'DescribeLogGroups', 'DescribeLogStreams']
                .concat(['PutLogEvents', 'GetLogEvents', 'FilterLogEvents'])
                .map((action) => `logs:${action}`),
              resources: [`arn:${partition}:logs:${region}:${account}:*`],
            }),
          ],
        }),
      },
    });
    // One setting for the whole account and region: another installation goes on using it.
    role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.account = new apigateway.CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn });
    this.account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
}
