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

/** Functions that take part of the account's concurrency for themselves, of which a new account has nothing to give. */
export function reservedConcurrency(resources: Resources): string[] {
  return ofType(resources, 'AWS::Lambda::Function')
    .filter(([, { ReservedConcurrentExecutions: count }]) => count !== undefined)
    .map(([id]) => id);
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
