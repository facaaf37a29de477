import { Duration, type Stack } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Declaration } from '../../lib/kernel/lambda/declaration.ts';
import { timeoutSecondsOf } from '../../lib/kernel/lambda/timeouts.ts';
import type { Use } from '../../lib/kernel/lambda/uses.ts';
import type { DiscoveredFunction } from '../discover.ts';
import { environmentOf, type KnownVariables, secretsOf } from '../environment.ts';
import { rdsCertificatesFile } from '../rds-certificates.ts';
import { usesOf } from '../uses.ts';
import { grantOf } from '../discover-grants.ts';
import type { StateStack } from '../stacks/state-stack.ts';
import { allow, consumeGrant, networkGrants } from './statements.ts';
import type { Holdings } from './holdings.ts';

export interface FunctionsProps {
  readonly holdings: Holdings;
  readonly known: KnownVariables;
  /** Tokens of CloudFront; functions that answer requests refuse those without one. */
  readonly edgeTokens: readonly string[];
  /** Takes what a function failed on that nobody waits for. */
  readonly failures: IQueue;
  readonly logs: LogGroup;
  /** For functions that read logs: their own lines must not come back to them. */
  readonly readersLogs: LogGroup;
  readonly reserveConcurrency: boolean;
  /** Folder of a function's bundle. */
  readonly bundleOf: (id: string) => string;
  /** ARN of a worker's queue. */
  readonly queueOf: (queue: string) => string;
}

const defaultMemoryMb = 512;
/** So many batches of log lines are folded in at once; more would take MySQL's connections from the callers. */
const logReadersAtOnce = 5;

/** One Lambda for each function file. Functions with the same uses have one role. */
export class Functions extends Construct {
  readonly #props: FunctionsProps;
  readonly #roles = new Map<string, iam.Role>();

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.#props = props;
  }

  add(found: DiscoveredFunction): lambda.Function {
    const { declaration } = found;
    const { known, edgeTokens, failures, reserveConcurrency, bundleOf, holdings } = this.#props;
    const uses = usesOf(declaration);
    const readsLogs = declaration.kind === 'event' && declaration.on === 'report-lines';
    const isHttp = ['endpoint', 'stream', 'socket'].includes(declaration.kind);
    return new lambda.Function(this, found.id, {
      functionName: functionName(holdings.service, found.id),
      description: declaration.summary,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(bundleOf(found.id)),
      memorySize: declaration.memoryMb ?? defaultMemoryMb,
      timeout: Duration.seconds(timeoutSecondsOf(declaration)),
      // What it may do is said in one place; CDK shall add nothing.
      role: this.#roleFor(found).withoutPolicyUpdates(),
      environment: {
        ...environmentOf(uses, known),
        ...this.#secretsOf(uses),
        ...(isHttp && { EDGE_TOKENS: edgeTokens.join(',') }),
        METRICS_SERVICE: holdings.service,
      },
      ...this.#networkOf(uses),
      ...(isAsynchronous(declaration) && { onFailure: new SqsDestination(failures) }),
      // The trace of API Gateway goes along; a function sends nothing of its own.
      tracing: lambda.Tracing.PASS_THROUGH,
      loggingFormat: lambda.LoggingFormat.TEXT,
      logGroup: readsLogs ? this.#props.readersLogs : this.#props.logs,
      ...(readsLogs && reserveConcurrency && { reservedConcurrentExecutions: logReadersAtOnce }),
    });
  }

  #secretsOf(uses: readonly Use[]): Record<string, string> {
    const { settings, database } = this.#props.holdings.state;
    return {
      ...settingsVariables(settings, secretsOf(uses)),
      ...(uses.includes('mysql') && databaseVariables(database.applicationSecret.secretArn, database.proxyHost)),
    };
  }

  #networkOf(uses: readonly Use[]): Pick<lambda.FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'> {
    if (!isInNetwork(uses)) return {};
    const { network } = this.#props.holdings.state;
    return networkPlace(network.vpc, [network.functions, ...(reachesTasks(uses) ? [network.proxy] : [])]);
  }

  #roleFor({ declaration }: DiscoveredFunction): iam.Role {
    const uses = usesOf(declaration);
    const own = declaration.kind === 'worker' ? declaration.queue : '';
    const asynchronous = isAsynchronous(declaration);
    const name = ['Role', ...uses, own && `of ${own}`, asynchronous && 'unattended'].filter(Boolean).join(' ');
    const known = this.#roles.get(name);
    if (known) return known;
    const { holdings, queueOf } = this.#props;
    const { settings, database } = holdings.state;
    const secrets = [
      ...arnsOf(settings, secretsOf(uses)),
      ...(uses.includes('mysql') ? [database.applicationSecret.secretArn] : []),
    ];
    const role = functionRole(this, name, [
      writeLogs([this.#props.logs, this.#props.readersLogs]),
      ...readSecrets(secrets),
      ...uses.flatMap((use) => grantOf(use).statements?.(holdings) ?? []),
      ...(own === '' ? [] : [consumeGrant(queueOf(own))]),
      ...(asynchronous ? [allow(['sqs:SendMessage'], [this.#props.failures.queueArn])] : []),
      ...(isInNetwork(uses) ? networkGrants(holdings.stack, holdings.stage) : []),
    ]);
    this.#roles.set(name, role);
    return role;
  }
}

/** Whether nobody waits for its answer. */
function isAsynchronous({ kind }: Declaration): boolean {
  return kind === 'schedule' || kind === 'event';
}

/** A Lambda's name; the log lines' `logger` is what comes after the prefix. */
export function functionName(service: string, id: string): string {
  return `mcp-${service}-${id}`;
}

export function functionArn(stack: Stack, service: string, id: string): string {
  return `arn:${stack.partition}:lambda:${stack.region}:${stack.account}:function:${functionName(service, id)}`;
}

export function functionRole(scope: Construct, id: string, statements: iam.PolicyStatement[]): iam.Role {
  return new iam.Role(scope, id, {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: { grants: new iam.PolicyDocument({ statements, minimize: true }) },
  });
}

export function writeLogs(groups: readonly LogGroup[]): iam.PolicyStatement {
  return allow(
    ['logs:CreateLogStream', 'logs:PutLogEvents'],
    groups.map(({ logGroupArn }) => logGroupArn),
  );
}

/** Which JSON secrets a function reads, for infra/lambda/read-secrets.ts. */
export function settingsVariables(settings: StateStack['settings'], names: readonly string[]): Record<string, string> {
  return names.length === 0 ? {} : { SETTINGS_SECRETS: arnsOf(settings, names).join(',') };
}

export function arnsOf(settings: StateStack['settings'], names: readonly string[]): string[] {
  return names.map((name) => {
    const secret = settings.get(name);
    if (!secret) throw new Error(`There is no secret ${name}`);
    return secret.secretArn;
  });
}

/** These secrets and no others. */
export function readSecrets(arns: readonly string[]): iam.PolicyStatement[] {
  return arns.length === 0 ? [] : [allow(['secretsmanager:GetSecretValue'], [...arns])];
}

/** The certificates of RDS lie in the bundle, which Lambda unpacks into /var/task. */
export function databaseVariables(secretArn: string, proxyHost?: string): Record<string, string> {
  return {
    DATABASE_SECRET: secretArn,
    ...(proxyHost !== undefined && { DATABASE_HOST: proxyHost }),
    DATABASE_CA: `/var/task/${rdsCertificatesFile}`,
  };
}

export function networkPlace(vpc: ec2.IVpc, securityGroups: ec2.ISecurityGroup[]) {
  return { vpc, vpcSubnets: { subnetGroupName: 'functions' }, securityGroups };
}

const reachesTasks = (uses: readonly Use[]): boolean => uses.some((use) => grantOf(use).network === 'proxy');
const isInNetwork = (uses: readonly Use[]): boolean => uses.some((use) => grantOf(use).network !== undefined);
