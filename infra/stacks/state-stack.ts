import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { BackupResource } from 'aws-cdk-lib/aws-backup';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { Backups } from '../constructs/backups.ts';
import { Database } from '../constructs/database.ts';
import { DeployRole } from '../constructs/deploy-role.ts';
import { EdgeTokens } from '../constructs/edge-tokens.ts';
import { logBucket } from '../constructs/log-bucket.ts';
import { Network } from '../constructs/network.ts';
import { RunnerCluster } from '../constructs/runner-cluster.ts';
import { StateAlarms } from '../constructs/state-alarms.ts';
import { Tables } from '../constructs/tables.ts';
import { settingsSecrets } from '../environment.ts';
import type { Installation } from '../installation.ts';

/** What outlives a deployment of the code: network, stores, secrets, the cluster, where alarms go. */
export class StateStack extends Stack {
  readonly network: Network;
  readonly database: Database;
  readonly runners: RunnerCluster;
  /** The JSON secrets of variables, by name; empty until somebody fills them. */
  readonly settings: ReadonlyMap<string, secretsmanager.Secret>;
  readonly alarms: sns.Topic;

  constructor(scope: Construct, id: string, installation: Installation, props: StackProps) {
    super(scope, id, props);
    const { stage, production, alarmEmail, runnerTag, edgeGeneration, githubRepository, backupCopyTo } = installation;
    const trafficLogs = logBucket(this, 'TrafficLogs');
    this.network = new Network(this, 'Network', { stack: this, stage, production, trafficLogs });
    this.database = new Database(this, 'Database', { network: this.network, production, stage });
    const { made } = new Tables(this, 'Tables', { stage, production });
    this.runners = new RunnerCluster(this, 'Runners', { stage, production, network: this.network, tag: runnerTag });
    const removalPolicy = production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.settings = new Map(
      [...settingsSecrets].map(([name, variables]) => [
        name,
        new secretsmanager.Secret(this, `Settings ${name}`, {
          secretName: `mcp-${stage}/settings/${name}`,
          description: `${variables.length} variables of lib/uses, as one JSON object: npm run first-settings -- ${name}`,
          // Never changed here, so a deployment leaves alone what somebody has put there.
          secretObjectValue: {},
          removalPolicy,
        }),
      ]),
    );
    new EdgeTokens(this, 'EdgeTokens', stage, edgeGeneration);
    this.alarms = new sns.Topic(this, 'Alarms', { topicName: `mcp-${stage}-alarms`, enforceSSL: true });
    // The policy that demands TLS replaces SNS's own, which let the account's alarms publish.
    this.alarms.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.alarms.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': this.account },
          ArnLike: {
            'aws:SourceArn': `arn:${this.partition}:cloudwatch:${this.region}:${this.account}:alarm:mcp-${stage}-*`,
          },
        },
      }),
    );
    if (alarmEmail !== undefined) this.alarms.addSubscription(new subscriptions.EmailSubscription(alarmEmail));

    new StateAlarms(this, 'StateAlarms', {
      stage,
      topic: this.alarms,
      database: this.database,
      network: this.network,
    });
    if (production)
      new Backups(this, 'Backups', {
        stage,
        copyTo: backupCopyTo,
        resources: [
          BackupResource.fromConstruct(this.database.resource),
          ...made.map((table) => BackupResource.fromDynamoDbTable(table)),
        ],
      });
    if (githubRepository !== undefined)
      new DeployRole(this, 'Deploy', { stack: this, stage, githubRepository, runner: this.runners.repository });

    new CfnOutput(this, 'SettingsSecrets', {
      value: [...this.settings.keys()].map((name) => `mcp-${stage}/settings/${name}`).join(' '),
    });
    new CfnOutput(this, 'MysqlIdentifier', { value: this.database.identifier });
    new CfnOutput(this, 'RunnerRepository', { value: this.runners.repository.repositoryUri });
    new CfnOutput(this, 'AlarmTopic', { value: this.alarms.topicArn });
  }
}
