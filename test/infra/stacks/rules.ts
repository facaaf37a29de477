import { flat, ofType, type Resource } from './synthesize.ts';

/*
 * What must hold of the templates, as functions that name each breach.
 */

type Resources = Readonly<Record<string, Resource>>;

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
}

/** Why a permission cannot name what it is for. `action resource` must match. */
export const reasons: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [
    /^ec2:(Create|Describe|Delete)NetworkInterfaces? \*$|^ec2:DescribeSubnets \*$|^ec2:(Una|A)ssignPrivateIpAddresses \*$/,
    "Lambda's own network interfaces have no names before they exist; a second statement denies these actions to the code.",
  ],
  [
    /^ecs:(DescribeTasks|StopTask|TagResource) .*:task\/mcp-[\w-]+\/\*$/,
    "A task's id is random; the cluster is named.",
  ],
  [/^ecs:RunTask .*:task-definition\/mcp-[\w-]+-runner:\*$/, 'Whichever revision is current; the family is named.'],
  [/^ecs:ListTasks \*$/, 'ListTasks takes no task for a resource; a condition names the cluster.'],
  [
    /^execute-api:ManageConnections .*\/ws\/(POST|DELETE)\/@connections\/\*$/,
    "A connection's id is random; the API is named.",
  ],
  [
    /^logs:\w+ arn:<AWS::Partition>:logs:[\w-]+:<AWS::AccountId>:\*$/,
    'API Gateway has one role for all access logs of an account and region, and asks for these before it takes it.',
  ],
  [/^ecr:GetAuthorizationToken \*$/, 'The token is for the whole registry; pulling is allowed from one repository.'],
  [
    /^logs:\w+ .*:log-group:\/aws\/lambda\/us-east-1\.mcp-[\w-]+:\*$/,
    'At the edge it runs in every region, under streams that it makes.',
  ],
  [/^lambda:InvokeFunction <[^>]+\.Arn>:\*$/, 'The trigger invokes the version that it was made for, by its number.'],
  [
    /^ssm:\w+ .*:parameter\/cdk\/exports\/[\w/-]*\*?$/,
    "CDK's hand-over between regions keeps its values under this path.",
  ],
];

/** Permissions with a wildcard that no reason covers. */
export function unexplainedWildcards(resources: Resources): string[] {
  return wildcards(resources).filter((grant) => !reasons.some(([pattern]) => pattern.test(grant)));
}

/** Every `action resource` that is allowed and has a wildcard. */
export function wildcards(resources: Resources): string[] {
  return Object.values(resources).flatMap(({ Type, Properties }) =>
    documentsOf(Type, Properties).flatMap(({ Statement: statements }) =>
      statements
        .filter(({ Effect }) => Effect === 'Allow')
        .flatMap(grantsOf)
        .filter((grant) => grant.includes('*')),
    ),
  );
}

function documentsOf(
  type: string,
  properties: Record<string, unknown>,
): { readonly Statement: readonly Statement[] }[] {
  if (type === 'AWS::IAM::Role') {
    const policies = (properties['Policies'] ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
    return policies.map(({ PolicyDocument }) => PolicyDocument);
  }
  // An endpoint's policy grants nothing: it narrows what goes through.
  if (type === 'AWS::EC2::VPCEndpoint') return [];
  const document = properties['PolicyDocument'] as { Statement: Statement[] } | undefined;
  return document === undefined ? [] : [document];
}

function grantsOf({ Action, Resource: resource }: Statement): string[] {
  const listed = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);
  return listed(Action).flatMap((action) => listed(resource).map((each) => `${flat(action)} ${flat(each)}`));
}

/** Managed policies bring permissions that nobody here has read. */
export function managedPolicies(resources: Resources): string[] {
  return ofType(resources, 'AWS::IAM::Role').flatMap(([id, { ManagedPolicyArns: arns = [] }]) =>
    (arns as unknown[]).map((arn) => `${id}: ${flat(arn)}`),
  );
}

/** Queues that lose what they cannot deliver, or that nobody watches. */
export function unguardedQueues(resources: Resources): string[] {
  const queues = ofType(resources, 'AWS::SQS::Queue');
  const alarms = ofType(resources, 'AWS::CloudWatch::Alarm').map(([, { Dimensions, AlarmActions }]) => ({
    watches: flat((Dimensions as { Value: unknown }[] | undefined)?.[0]?.Value),
    tells: ((AlarmActions ?? []) as unknown[]).length > 0,
  }));
  const targets = new Map(
    queues.map(([id, { RedrivePolicy: policy }]) => [
      id,
      policy === undefined
        ? undefined
        : /<(.+)\.Arn>/.exec(flat((policy as { deadLetterTargetArn: unknown }).deadLetterTargetArn))?.[1],
    ]),
  );
  const failures = new Set(
    ofType(resources, 'AWS::Lambda::EventInvokeConfig').map(
      ([, { DestinationConfig: to }]) =>
        /<(.+)\.Arn>/.exec(flat((to as { OnFailure: { Destination: unknown } }).OnFailure.Destination))?.[1],
    ),
  );
  return queues.flatMap(([id]) => {
    const deadLetters = targets.get(id);
    const isDeadLetters = [...targets.values()].includes(id) || failures.has(id);
    if (isDeadLetters) {
      const watched = alarms.some(({ watches, tells }) => tells && watches === `<${id}.QueueName>`);
      return watched ? [] : [`${id}: no alarm`];
    }
    return deadLetters !== undefined && targets.has(deadLetters) ? [] : [`${id}: no dead-letter queue`];
  });
}

const tableDuties = [
  ['TimeToLiveSpecification', 'Enabled', 'no TTL'],
  ['PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled', 'no point-in-time recovery'],
  ['SSESpecification', 'SSEEnabled', 'no encryption'],
] as const;

/** Tables that keep what has expired, or cannot be restored, or are not encrypted under a key that can be audited. */
export function carelessTables(resources: Resources): string[] {
  return ofType(resources, 'AWS::DynamoDB::Table').flatMap(([id, table]) =>
    tableDuties
      .filter(([part, flag]) => (table[part] as Record<string, unknown> | undefined)?.[flag] !== true)
      .map(([, , breach]) => `${id}: ${breach}`),
  );
}

/** Functions that no function file stands behind, and function files that no function stands for. */
export function strayFunctions(
  resources: Resources,
  declared: readonly { readonly id: string }[],
  stage: string,
): string[] {
  const prefix = `mcp-${stage}-`;
  const named = ofType(resources, 'AWS::Lambda::Function')
    // Those without a name are CDK's own, for the time of a deployment.
    .flatMap(([, { FunctionName: name }]) => (typeof name === 'string' ? [name] : []))
    .filter((name) => name !== `${prefix}migrate`);
  const wanted = declared.map(({ id }) => `${prefix}${id}`);
  return [
    ...wanted.filter((name) => !named.includes(name)).map((name) => `${name} is not in the template`),
    ...named.filter((name) => !wanted.includes(name)).map((name) => `${name} has no function file`),
  ];
}
