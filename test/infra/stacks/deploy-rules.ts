import { createRequire } from 'node:module';
import { flat, ofType, type Resource, type Synthesized } from './synthesize.ts';

/*
 * What stops a deployment or mutes the platform without any tool saying so: each rule names its breaches in a template.
 */

type Resources = Readonly<Record<string, Resource>>;
type Outputs = Synthesized['outputs']['state'];

interface Diagnostic {
  readonly entity?: { readonly logicalId?: string };
  readonly propertyPath?: string;
}
interface Engine {
  validateTemplate(template: object, config: object): { readonly diagnostics: readonly Diagnostic[] };
}

/** CDK's own engine, which knows the resource types' schemas. */
const { CompositeEngine, TemplateContent } = createRequire(createRequire(import.meta.url).resolve('aws-cdk-lib'))(
  '@aws/cloudformation-validate',
) as { CompositeEngine: new (config: object) => Engine; TemplateContent: new (text: string, path: string) => object };
let engine: Engine | undefined;

/** The properties of each resource that CloudFormation cannot change: with another value there is another resource, with another id. By its rule I9001. */
function createOnly(resources: Resources): ReadonlyMap<string, readonly string[]> {
  engine ??= new CompositeEngine({});
  const template = new TemplateContent(JSON.stringify({ Resources: resources }), 'stack.json');
  const config = { severityLevel: 'INFO', include: { ids: ['I9001'] }, detailLevel: 'STANDARD' };
  const found = new Map<string, string[]>();
  for (const { entity, propertyPath } of engine.validateTemplate(template, config).diagnostics) {
    const id = entity?.logicalId ?? '';
    found.set(id, [...(found.get(id) ?? []), propertyPath ?? '']);
  }
  return found;
}

/** Why what cannot be changed of these never is. */
export const lasting: Readonly<Record<string, string>> = {
  'AWS::EC2::SecurityGroup': 'Its network, and a description that a test holds.',
  'AWS::EC2::Subnet': 'The plan of the network: another plan is another installation.',
  'AWS::ECS::Cluster': 'Named by the stage.',
  'AWS::RDS::DBCluster': 'A database that is replaced is lost; that CloudFormation refuses is right.',
  'AWS::RDS::DBInstance': 'Likewise.',
  'AWS::RDS::DBProxy': 'Named by the stage, in the subnets of the database.',
  'AWS::SecretsManager::Secret': 'Named by the stage.',
  'AWS::SecretsManager::SecretTargetAttachment': 'Its secret stays.',
  'AWS::SNS::Topic': 'Named by the stage.',
  'AWS::WAFv2::WebACL': "CloudFront's scope.",
};

/** The exported resources, with what cannot be changed of each. CloudFormation refuses to change a value that another stack imports. */
export function exported(resources: Resources, outputs: Outputs) {
  const fixed = createOnly(resources);
  return Object.entries(outputs)
    .filter(([, { Export }]) => Export !== undefined)
    .map(([name, { Value }]) => {
      const id = /<(\w+)(?:\.[\w.]+)?>/.exec(flat(Value))?.[1] ?? '';
      return { name, type: resources[id]?.Type ?? '', fixed: fixed.get(id) ?? [] };
    });
}

/** Exports of what may get another id, so that a change of it blocks every later deployment. */
export function frozenExports(resources: Resources, outputs: Outputs): string[] {
  return exported(resources, outputs)
    .filter(({ type, fixed }) => fixed.length > 0 && lasting[type] === undefined)
    .map(({ name, type }) => `${name}: ${type}`);
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
