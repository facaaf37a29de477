import { Arn, ArnFormat, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { liveTable, requestsTable, type Table, tableName, sessionsTable } from '../../lib/adapters/dynamo/tables.ts';
import type { Use } from '../../lib/services.ts';
import type { StateStack } from '../stacks/state-stack.ts';

/** What grants speak of. */
export interface Holdings {
  readonly stack: Stack;
  readonly stage: string;
  readonly state: StateStack;
  /** ARNs of the workers' queues, and of their dead-letter queues. */
  readonly queues: readonly string[];
  readonly deadLetters: readonly string[];
  /** The WebSocket API's id; undefined when no function takes sockets. */
  readonly socketApiId: string | undefined;
}

type Grant = (holdings: Holdings) => iam.PolicyStatement[];

const nothing: Grant = () => [];

/** The tables that a use works on. */
const tablesOfUse: Readonly<Partial<Record<Use, readonly Table[]>>> = {
  auth: [sessionsTable, requestsTable],
  live: [liveTable],
};

/** What each use may do on AWS, beyond reading its secrets. */
export const grantsOfUse: Readonly<Record<Use, Grant>> = {
  mysql: nothing,
  mongo: nothing,
  redis: nothing,
  secrets: nothing,
  apiDescription: nothing,
  settings: nothing,
  // By the network alone.
  upstream: nothing,
  openai: nothing,
  containers: runnerGrants,
  auth: (holdings) => tableGrant('auth', holdings),
  live: (holdings) => tableGrant('live', holdings),
  sockets: ({ stack, socketApiId }) =>
    socketApiId === undefined
      ? []
      : [
          allow(
            ['execute-api:ManageConnections'],
            [arn(stack, 'execute-api', `${socketApiId}/ws/POST/@connections`, '*')],
          ),
        ],
  queues: ({ queues }) => about(['sqs:SendMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes'], queues),
  deadLetters: ({ queues, deadLetters }) => [
    ...about(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], deadLetters),
    ...about(['sqs:SendMessage', 'sqs:GetQueueAttributes'], queues),
  ],
};

/** A statement about nothing in particular would be about everything. */
function about(actions: string[], resources: readonly string[]): iam.PolicyStatement[] {
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
  const functions = arn(stack, 'lambda', 'function', `mcp-${stage}-*`, ArnFormat.COLON_RESOURCE_NAME);
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

/** Runs the runner's task as it is defined now, and looks after the cluster's tasks, whose ids are not known before. */
function runnerGrants({ stack, stage, state: { runners } }: Holdings): iam.PolicyStatement[] {
  const { cluster, task } = runners;
  const executionRole = task.obtainExecutionRole().roleArn;
  return [
    allow(['ecs:RunTask'], [task.taskDefinitionArn], { ArnEquals: { 'ecs:cluster': cluster.clusterArn } }),
    allow(['ecs:DescribeTasks', 'ecs:StopTask'], [arn(stack, 'ecs', 'task', `mcp-${stage}/*`)]),
    allow(['ecs:ListTasks'], ['*'], { ArnEquals: { 'ecs:cluster': cluster.clusterArn } }),
    allow(['iam:PassRole'], [executionRole], { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } }),
  ];
}

function tableGrant(use: Use, { stack, stage }: Holdings): iam.PolicyStatement[] {
  const actions = ['BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'];
  const names = (tablesOfUse[use] ?? []).map((table) => arn(stack, 'dynamodb', 'table', tableName(stage, table)));
  return [
    allow(
      actions.map((action) => `dynamodb:${action}`),
      names,
    ),
  ];
}

function arn(
  stack: Stack,
  service: string,
  resource: string,
  resourceName: string,
  arnFormat = ArnFormat.SLASH_RESOURCE_NAME,
): string {
  return Arn.format({ service, resource, resourceName, arnFormat }, stack);
}
