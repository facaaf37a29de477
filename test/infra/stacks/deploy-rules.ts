import { flat, ofType, type Resource, type Synthesized } from './synthesize.ts';

/*
 * What stops a deployment or mutes the platform without any tool saying so: each rule names its breaches in a template.
 */

type Resources = Readonly<Record<string, Resource>>;
type Outputs = Synthesized['outputs']['state'];

/** What CloudFormation replaces when one of these changes, so that another id comes out (the resource types' documentation, "Update requires: Replacement"). */
const replaced: Readonly<Record<string, readonly string[] | 'always'>> = {
  'AWS::ECS::TaskDefinition': 'always',
  'AWS::Lambda::Version': 'always',
  'AWS::ApiGateway::Deployment': 'always',
  'AWS::EC2::Instance': ['ImageId'],
};

/** Exports of what may get another id: CloudFormation refuses to change a value that another stack imports. */
export function frozenExports(resources: Resources, outputs: Outputs): string[] {
  return Object.entries(outputs)
    .filter(([, { Export }]) => Export !== undefined)
    .flatMap(([name, { Value }]) => {
      const id = /<(\w+)(?:\.[\w.]+)?>/.exec(flat(Value))?.[1] ?? '';
      const rule = replaced[resources[id]?.Type ?? ''];
      const properties = Object.keys(resources[id]?.Properties ?? {});
      const changes = rule === 'always' || rule?.some((property) => properties.includes(property)) === true;
      return changes ? [`${name}: ${resources[id]?.Type}`] : [];
    });
}

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: unknown;
}

/** Topics whose policy lets no alarm publish: a policy of one's own replaces the one that would. */
export function muteTopics(resources: Resources): string[] {
  return ofType(resources, 'AWS::SNS::TopicPolicy')
    .filter(([, { PolicyDocument: document }]) => {
      const { Statement: statements } = document as { Statement: Statement[] };
      return !statements.some(
        ({ Effect, Principal }) => Effect === 'Allow' && JSON.stringify(Principal).includes('cloudwatch.amazonaws.com'),
      );
    })
    .map(([id]) => id);
}

/** Alarms that the topic's policy does not name, or that tell nobody. */
export function unheardAlarms(resources: Resources, stage: string): string[] {
  return ofType(resources, 'AWS::CloudWatch::Alarm').flatMap(([id, { AlarmName, AlarmActions }]) =>
    String(AlarmName).startsWith(`mcp-${stage}-`) && ((AlarmActions ?? []) as unknown[]).length > 0 ? [] : [id],
  );
}

const cachedErrors = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];

/** Errors that CloudFront would keep for everybody. */
export function cachedByCloudFront(resources: Resources): string[] {
  return ofType(resources, 'AWS::CloudFront::Distribution').flatMap(([id, { DistributionConfig: config }]) => {
    const { CustomErrorResponses: responses = [] } = config as {
      CustomErrorResponses?: { ErrorCode: number; ErrorCachingMinTTL: number }[];
    };
    const uncached = responses.filter(({ ErrorCachingMinTTL: ttl }) => ttl === 0).map(({ ErrorCode }) => ErrorCode);
    return cachedErrors.filter((code) => !uncached.includes(code)).map((code) => `${id}: ${code}`);
  });
}

/** Booleans that RDS refuses: an instance's group takes 0 and 1, a cluster's takes ON and OFF too. */
export function refusedParameters(resources: Resources): string[] {
  return ofType(resources, 'AWS::RDS::DBParameterGroup').flatMap(([id, { Parameters }]) =>
    Object.entries(Parameters as Record<string, string>)
      .filter(([, value]) => /^(on|off)$/i.test(value))
      .map(([name]) => `${id}: ${name}`),
  );
}

/** What an ordinary new account refuses, or may refuse the first time. */
export function refusedByNewAccounts(resources: Resources): string[] {
  const reserved = ofType(resources, 'AWS::Lambda::Function').filter(
    ([, { ReservedConcurrentExecutions: count }]) => count !== undefined,
  );
  const providers = ofType(resources, 'AWS::ECS::ClusterCapacityProviderAssociations');
  return [...reserved, ...providers].map(([id]) => id);
}

const nameOf: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::RestApi': 'Name',
  'AWS::Backup::BackupVault': 'BackupVaultName',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::CodeDeploy::Application': 'ApplicationName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::ECR::Repository': 'RepositoryName',
  'AWS::ECS::Cluster': 'ClusterName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::RDS::DBProxy': 'DBProxyName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::WAFv2::WebACL': 'Name',
};

/** Names that a second installation would want too: without the stage, or at the edge without the region. */
export function sharedNames(resources: Resources, part: string): string[] {
  return Object.entries(resources).flatMap(([id, { Type, Properties }]) => {
    const name = Properties?.[nameOf[Type] ?? ''];
    return name === undefined || flat(name).includes(part) ? [] : [`${id}: ${flat(name)}`];
  });
}

/** Functions that connect to MySQL without naming the certificates in their bundle. */
export function unverifiedDatabases(resources: Resources): string[] {
  return ofType(resources, 'AWS::Lambda::Function').flatMap(([id, { Environment }]) => {
    const variables = (Environment as { Variables: Record<string, unknown> } | undefined)?.Variables ?? {};
    const connects = 'DATABASE_SECRET' in variables;
    return connects && variables['DATABASE_CA'] !== '/var/task/rds-ca.pem' ? [id] : [];
  });
}
