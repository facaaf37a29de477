import { Arn, ArnFormat, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { type Table, tableName } from '../../lib/adapters/dynamo/tables.ts';

/** A statement about no resource would be about every one. */
export function allowOn(actions: string[], resources: readonly string[]): iam.PolicyStatement[] {
  return resources.length === 0 ? [] : [allow(actions, [...resources])];
}

/** What Lambda needs to hand a worker its messages. */
export function consumeGrant(queueArn: string): iam.PolicyStatement {
  return allow(
    ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'],
    [queueArn],
  );
}

/**
 * What Lambda needs to put a function into the network: its interfaces, which have no name before they exist. Denied to the function's own code, which has the same role
 * (Lambda's developer guide, "Configuring execution roles for VPC").
 */
export function networkGrants(stack: Stack, stage: string): iam.PolicyStatement[] {
  const actions = [
    'ec2:CreateNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ];
  const functions = arnOf(stack, 'lambda', 'function', `mcp-${stage}-*`, ArnFormat.COLON_RESOURCE_NAME);
  return [
    allow(actions, ['*']),
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions,
      resources: ['*'],
      conditions: { ArnLike: { 'lambda:SourceFunctionArn': functions } },
    }),
  ];
}

export function allow(
  actions: string[],
  resources: string[],
  conditions?: Record<string, unknown>,
): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions, resources, ...(conditions && { conditions }) });
}

export function tableStatements(
  { stack, stage }: { readonly stack: Stack; readonly stage: string },
  tables: readonly Table[],
): iam.PolicyStatement[] {
  const actions = ['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'];
  const names = tables.map((table) => arnOf(stack, 'dynamodb', 'table', tableName(stage, table)));
  return [
    allow(
      actions.map((action) => `dynamodb:${action}`),
      names,
    ),
  ];
}

export function arnOf(
  stack: Stack,
  service: string,
  resource: string,
  resourceName: string,
  arnFormat = ArnFormat.SLASH_RESOURCE_NAME,
): string {
  return Arn.format({ service, resource, resourceName, arnFormat }, stack);
}
