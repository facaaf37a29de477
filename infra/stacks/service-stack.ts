import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { Apis, socketStage } from '../constructs/apis.ts';
import { Dashboard } from '../constructs/dashboard.ts';
import { edgeTokens } from '../constructs/edge-tokens.ts';
import { FailedInvocations } from '../constructs/failed-invocations.ts';
import { FrontDoor } from '../constructs/front-door.ts';
import { Functions } from '../constructs/functions.ts';
import { GradualRelease, isReleasedGradually } from '../constructs/gradual-release.ts';
import { Migration } from '../constructs/migration.ts';
import { runnerContainer, runnerFamily } from '../constructs/runner-cluster.ts';
import { ServiceAlarms } from '../constructs/service-alarms.ts';
import { WorkerQueue } from '../constructs/worker-queue.ts';
import { type DiscoveredFunction, ofKind } from '../discover.ts';
import type { KnownVariables } from '../environment.ts';
import type { Installation } from '../installation.ts';
import type { EdgeStack } from './edge-stack.ts';
import type { StateStack } from './state-stack.ts';

/** The functions as they were found and built. */
export interface DeclaredFunctions {
  readonly functions: readonly DiscoveredFunction[];
  /** The API's own OpenAPI document. */
  readonly openapi: Readonly<Record<string, unknown>>;
  readonly version: string;
  /** Folder of a function's bundle. */
  readonly bundleOf: (id: string) => string;
  readonly migrationBundle: string;
}

export interface ServiceStackProps extends StackProps {
  readonly installation: Installation;
  readonly declared: DeclaredFunctions;
  readonly state: StateStack;
  readonly edge: EdgeStack;
}

/** The code and what calls it: functions, queues, APIs, schedules, rules, CloudFront. All of it follows from the function files. */
export class ServiceStack extends Stack {
  readonly distributionId: string;

  constructor(scope: Construct, id: string, props: ServiceStackProps) {
    super(scope, id, props);
    const { installation, declared, state, edge } = props;
    const { stage, service, color, production, canary, firewall, concurrency, edgeGeneration } = installation;
    const { functions, openapi, version, bundleOf, migrationBundle } = declared;
    const alarms = state.alarms;
    const tokens = edgeTokens(stage, edgeGeneration);

    const queues = new Map(
      ofKind(functions, 'worker').map(({ id, declaration }) => [
        declaration.queue,
        new WorkerQueue(this, `Queue ${id}`, { service, declaration, alarms }),
      ]),
    );
    const queueOf = (name: string) => {
      const queue = queues.get(name);
      if (!queue) throw new Error(`No worker takes the queue ${name}`);
      return queue.queue;
    };
    const apis = new Apis(this, 'Apis', {
      service,
      canary,
      production,
      functions,
      openapi,
      acceptedTokens: firewall ? tokens.accepted : undefined,
    });
    const { socketApiId } = apis;
    const door = new FrontDoor(this, 'FrontDoor', {
      installation,
      restApiId: apis.rest.restApiId,
      socketApiId,
      edgeToken: tokens.presented,
      firewallArn: edge.firewallArn,
      restoreHeader: edge.restoreHeader,
    });
    const logGroup = (name: string): logs.LogGroup =>
      new logs.LogGroup(this, `Logs ${name}`, {
        logGroupName: `/mcp/${service}/${name}`,
        retention: production ? logs.RetentionDays.ONE_MONTH : logs.RetentionDays.ONE_WEEK,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    const functionLogs = logGroup('functions');
    const readersLogs = logGroup('log-readers');

    const known: KnownVariables = {
      ...installation.settings,
      STAGE: stage,
      SERVICE_COLOR: color,
      BASE_URL: door.baseUrl,
      VERSION: version,
      MYSQL_URL: undefined,
      MYSQL_POOL: '1',
      DYNAMODB_ENDPOINT: undefined,
      SQS_ENDPOINT: undefined,
      SQS_QUEUE_URL_PREFIX: `https://sqs.${this.region}.${this.urlSuffix}/${this.account}/mcp-${service}-`,
      ECS_ENDPOINT: undefined,
      ECS_CLUSTER: state.runners.cluster.clusterName,
      ECS_TASK_DEFINITION: runnerFamily(stage),
      ECS_CONTAINER: runnerContainer,
      ECS_SUBNETS: state.network.vpc.publicSubnets.map(({ subnetId }) => subnetId).join(','),
      ECS_SECURITY_GROUPS: state.network.tasks.securityGroupId,
      SOCKET_MANAGEMENT_URL:
        socketApiId && `https://${socketApiId}.execute-api.${this.region}.${this.urlSuffix}/${socketStage}`,
    };
    const failed = new FailedInvocations(this, 'FailedInvocations', service, alarms);
    const cluster = state.runners.cluster.clusterName;
    const restApi = `mcp-${service}`;
    const { release } = new ServiceAlarms(this, 'ServiceAlarms', {
      service,
      topic: alarms,
      restApi,
      socketApiId,
      concurrency,
    });
    const gradual = canary ? new GradualRelease(this, 'Release', { service, alarm: release }) : undefined;
    const made = new Functions(this, 'Functions', {
      holdings: {
        stack: this,
        stage,
        service,
        state,
        queues: [...queues.values()].map(({ queue }) => queue.queueArn),
        deadLetters: [...queues.values()].map(({ deadLetters }) => deadLetters.queueArn),
        socketApiId,
      },
      known,
      edgeTokens: tokens.accepted,
      failures: failed.queue,
      logs: functionLogs,
      readersLogs,
      reserveConcurrency: installation.reserveConcurrency,
      bundleOf,
      queueOf: (name) => queueOf(name).queueArn,
    });
    const migration = new Migration(this, 'Migration', {
      stage,
      service,
      state,
      logs: functionLogs,
      bundle: migrationBundle,
    });
    for (const found of functions) {
      const target = made.add(found);
      migration.trigger.executeBefore(target);
      const called = gradual && isReleasedGradually(found.declaration) ? gradual.add(found.id, target) : target;
      apis.rest.latestDeployment?.node.addDependency(called);
      this.#trigger(found, target, { state, functionLogs, queueOf, failed: failed.queue });
    }

    this.distributionId = door.distributionId;
    new Dashboard(this, 'Dashboard', {
      stage,
      service,
      restApi,
      queues: ofKind(functions, 'worker').map(({ declaration }) => declaration.queue),
      database: state.database.dimensions,
      cluster,
      distributionId: door.distributionId,
    });

    new CfnOutput(this, 'BaseUrl', { value: door.baseUrl });
    new CfnOutput(this, 'RestApi', { value: apis.rest.restApiId });
    new CfnOutput(this, 'FunctionLogs', { value: functionLogs.logGroupName });
  }

  /** What calls a function that no API calls. */
  #trigger(
    { id, declaration }: DiscoveredFunction,
    target: lambda.Function,
    { state, functionLogs, queueOf, failed }: Triggers,
  ): void {
    switch (declaration.kind) {
      case 'worker':
        target.addEventSource(
          new SqsEventSource(queueOf(declaration.queue), {
            batchSize: declaration.batchSize ?? 10,
            // SQS takes no less than two.
            maxConcurrency: Math.max(2, declaration.concurrency ?? 2),
            reportBatchItemFailures: true,
          }),
        );
        return;
      case 'schedule':
        new events.Rule(this, `Schedule ${id}`, {
          description: declaration.summary,
          schedule: events.Schedule.rate(Duration.minutes(declaration.everyMinutes)),
          targets: [new targets.LambdaFunction(target, { deadLetterQueue: failed })],
        });
        return;
      case 'event':
        if (declaration.on === 'report-lines') {
          new logs.SubscriptionFilter(this, `ReportLines ${id}`, {
            logGroup: functionLogs,
            destination: new LambdaDestination(target),
            // Our lines have it; Lambda's own do not.
            filterPattern: logs.FilterPattern.exists('$.logger'),
          });
        } else {
          const { source, detailType } = declaration.on;
          const ours = { clusterArn: [state.runners.cluster.clusterArn] };
          new events.Rule(this, `Rule ${id}`, {
            description: declaration.summary,
            eventPattern: {
              source: [source],
              detailType: [detailType],
              ...(source === 'aws.ecs' && { detail: ours }),
            },
            targets: [new targets.LambdaFunction(target, { deadLetterQueue: failed })],
          });
        }
        return;
      case 'endpoint':
      case 'stream':
      case 'socket':
      case 'command':
    }
  }
}

interface Triggers {
  readonly state: StateStack;
  readonly functionLogs: logs.LogGroup;
  readonly queueOf: (name: string) => Queue;
  /** Takes what could not be handed over. */
  readonly failed: Queue;
}
