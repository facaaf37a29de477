import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as codedeploy from 'aws-cdk-lib/aws-codedeploy';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Declaration } from '../../lib/kernel/lambda/declaration.ts';
import { allow } from './statements.ts';

/** The alias that API Gateway calls, where releases come gradually. */
export const liveAlias = 'live';

/**
 * Whether new code of a function is let in bit by bit: what creates something or lets somebody in, and what carries streams. The others follow at once, for each of these costs three
 * resources, and a stack may have 500.
 */
export function isReleasedGradually(declaration: Declaration): boolean {
  if (declaration.kind === 'stream') return true;
  if (declaration.kind !== 'endpoint' || !declaration.route.startsWith('POST ')) return false;
  const { permission, status } = declaration;
  return permission === 'public' || status === 201 || status === 202;
}

export interface GradualReleaseProps {
  readonly service: string;
  /** Takes the release back when it rings. */
  readonly alarm: cloudwatch.IAlarm;
}

/** New code gets a tenth of the calls for five minutes, and all of them when the alarm has not rung. */
export class GradualRelease extends Construct {
  readonly #alarm: cloudwatch.IAlarm;
  readonly #application: codedeploy.LambdaApplication;
  readonly #role: iam.IRole;

  constructor(scope: Construct, id: string, { service, alarm }: GradualReleaseProps) {
    super(scope, id);
    this.#alarm = alarm;
    this.#application = new codedeploy.LambdaApplication(this, 'Application', { applicationName: `mcp-${service}` });
    this.#role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('codedeploy.amazonaws.com'),
      inlinePolicies: {
        release: new iam.PolicyDocument({
          statements: [
            allow(['cloudwatch:DescribeAlarms'], ['*']),
            allow(
              ['lambda:GetAlias', 'lambda:GetProvisionedConcurrencyConfig', 'lambda:UpdateAlias'],
              [`arn:*:lambda:*:*:function:mcp-${service}-*`],
            ),
          ],
        }),
      },
    }).withoutPolicyUpdates();
  }

  add(id: string, target: lambda.Function): lambda.Alias {
    const alias = new lambda.Alias(this, `Alias ${id}`, {
      aliasName: liveAlias,
      version: target.currentVersion as lambda.IVersion,
    });
    new codedeploy.LambdaDeploymentGroup(this, `Group ${id}`, {
      application: this.#application,
      alias,
      role: this.#role,
      deploymentConfig: codedeploy.LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      alarms: [this.#alarm],
    });
    return alias;
  }
}
