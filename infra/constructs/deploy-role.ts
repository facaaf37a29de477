import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allow } from './statements.ts';

export interface DeployRoleProps {
  readonly stack: Stack;
  readonly stage: string;
  /** `owner/name` on GitHub. */
  readonly githubRepository: string;
  readonly runner: IRepository;
}

const issuer = 'token.actions.githubusercontent.com';

/**
 * What GitHub Actions deploys as, without a key that could be stolen: a job of that repository, in the environment that is named like the stage. It may act as CDK's own roles and push the
 * runner's image.
 */
export class DeployRole extends Construct {
  constructor(scope: Construct, id: string, { stack, stage, githubRepository, runner }: DeployRoleProps) {
    super(scope, id);
    const { partition, account } = stack;
    const role = new iam.Role(this, 'Role', {
      roleName: `mcp-${stage}-deploy-${stack.region}`,
      description: `GitHub Actions of ${githubRepository}, environment ${stage}`,
      assumedBy: new iam.WebIdentityPrincipal(`arn:${partition}:iam::${account}:oidc-provider/${issuer}`, {
        StringEquals: {
          [`${issuer}:aud`]: 'sts.amazonaws.com',
          [`${issuer}:sub`]: `repo:${githubRepository}:environment:${stage}`,
        },
      }),
      inlinePolicies: {
        deploy: new iam.PolicyDocument({
          statements: [
            allow(['sts:AssumeRole'], [`arn:${partition}:iam::${account}:role/cdk-*`]),
            allow(['ecr:GetAuthorizationToken'], ['*']),
            allow(
              [
                'ecr:BatchCheckLayerAvailability',
                'ecr:BatchGetImage',
                'ecr:CompleteLayerUpload',
                'ecr:GetDownloadUrlForLayer',
                'ecr:InitiateLayerUpload',
                'ecr:PutImage',
                'ecr:UploadLayerPart',
              ],
              [runner.repositoryArn],
            ),
          ],
        }),
      },
    });
    new CfnOutput(stack, 'DeployRole', { value: role.roleArn });
  }
}
