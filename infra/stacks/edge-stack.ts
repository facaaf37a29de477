import { CrossStackReferences, Duration, ReferenceStrength, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { Budget } from '../constructs/budget.ts';
import { restoreHeaderCode } from '../constructs/edge-code.ts';
import { FirewallLogs } from '../constructs/firewall-logs.ts';
import { firewallRules } from '../constructs/firewall-rules.ts';
import type { Installation } from '../installation.ts';

/** What CloudFront wants in us-east-1, wherever the platform is: its firewall, and the function that sees every answer of the origin. */
export class EdgeStack extends Stack {
  readonly firewallArn: string | undefined;
  readonly restoreHeader: lambda.IVersion;

  constructor(scope: Construct, id: string, installation: Installation, props: StackProps) {
    super(scope, id, props);
    const { stage, region, firewall, alarmEmail, monthlyBudget } = installation;
    if (alarmEmail !== undefined && monthlyBudget !== undefined)
      new Budget(this, 'Budget', { stage, region, email: alarmEmail, monthly: monthlyBudget });
    if (firewall) {
      this.firewallArn = new wafv2.CfnWebACL(this, 'Firewall', {
        scope: 'CLOUDFRONT',
        defaultAction: { allow: {} },
        visibilityConfig: {
          metricName: `mcp-${stage}-firewall-${region}`,
          cloudWatchMetricsEnabled: true,
          sampledRequestsEnabled: true,
        },
        ...firewallRules,
      }).attrArn;
      new FirewallLogs(this, 'FirewallLogs', { name: `mcp-${stage}-${region}`, firewallArn: this.firewallArn });
    }
    const functionName = `mcp-${stage}-restore-header-${region}`;
    const restoreHeader = new lambda.Function(this, 'RestoreHeader', {
      functionName,
      description: 'Gives WWW-Authenticate its name back, which REST APIs rename',
      // At the edge there are neither Arm nor environment variables.
      runtime: lambda.Runtime.NODEJS_22_X,
      architecture: lambda.Architecture.X86_64,
      handler: 'index.handler',
      code: lambda.Code.fromInline(restoreHeaderCode),
      memorySize: 128,
      timeout: Duration.seconds(3),
      // A version that was copied to the edge cannot be deleted for hours.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
      role: new iam.Role(this, 'RestoreHeaderRole', {
        assumedBy: new iam.CompositePrincipal(
          new iam.ServicePrincipal('lambda.amazonaws.com'),
          new iam.ServicePrincipal('edgelambda.amazonaws.com'),
        ),
        inlinePolicies: {
          logs: new iam.PolicyDocument({
            statements: [
              new iam.PolicyStatement({
                actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
                resources: [
                  `arn:${this.partition}:logs:*:${this.account}:log-group:/aws/lambda/us-east-1.${functionName}:*`,
                ],
              }),
            ],
          }),
        },
      }),
    });
    const version = restoreHeader.currentVersion;
    // Each change of the code is another version: a strong reference would forbid it as long as CloudFront has the old one.
    CrossStackReferences.of(version).produce(ReferenceStrength.WEAK);
    this.restoreHeader = version as lambda.IVersion;
  }
}
