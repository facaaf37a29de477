import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { Database } from '../constructs/database.ts';
import { Network } from '../constructs/network.ts';
import { RunnerCluster } from '../constructs/runner-cluster.ts';
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
  /** Tells requests that came through CloudFront from others. */
  readonly edgeToken: secretsmanager.Secret;
  readonly alarms: sns.Topic;

  constructor(scope: Construct, id: string, installation: Installation, props: StackProps) {
    super(scope, id, props);
    const { stage, production, alarmEmail, runnerTag } = installation;
    this.network = new Network(this, 'Network', { production });
    this.database = new Database(this, 'Database', { network: this.network, production, stage });
    new Tables(this, 'Tables', { stage, production });
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
    this.edgeToken = new secretsmanager.Secret(this, 'EdgeToken', {
      secretName: `mcp-${stage}/edge-token`,
      description: 'What CloudFront shows the API',
      generateSecretString: { excludePunctuation: true, passwordLength: 48 },
      removalPolicy,
    });
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

    new CfnOutput(this, 'SettingsSecrets', {
      value: [...this.settings.keys()].map((name) => `mcp-${stage}/settings/${name}`).join(' '),
    });
    new CfnOutput(this, 'RunnerRepository', { value: this.runners.repository.repositoryUri });
    new CfnOutput(this, 'AlarmTopic', { value: this.alarms.topicArn });
  }
}
