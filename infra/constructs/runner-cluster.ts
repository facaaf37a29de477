import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type Network, runnerPort } from './network.ts';

export interface RunnerClusterProps {
  readonly stage: string;
  readonly production: boolean;
  readonly network: Network;
  /** The image's tag in the repository that this makes. */
  readonly tag: string;
}

/** The container's name in the task definition. */
export const runnerContainer = 'runner';

/** The task definition's family. Others name it by this, never by a revision's ARN, which is another after each change. */
export function runnerFamily(stage: string): string {
  return `mcp-${stage}-runner`;
}

/** Where MCP servers run: a Fargate cluster, the runner's image and its task definition. A task has no role: it can ask AWS for nothing. */
export class RunnerCluster extends Construct {
  readonly cluster: ecs.Cluster;
  readonly repository: ecr.Repository;
  readonly task: ecs.FargateTaskDefinition;

  constructor(scope: Construct, id: string, { stage, production, network, tag }: RunnerClusterProps) {
    super(scope, id);
    const name = runnerFamily(stage);
    this.cluster = new ecs.Cluster(this, 'Cluster', {
      clusterName: `mcp-${stage}`,
      vpc: network.vpc,
      containerInsightsV2: production ? ecs.ContainerInsights.ENABLED : ecs.ContainerInsights.DISABLED,
    });
    this.repository = new ecr.Repository(this, 'Repository', {
      repositoryName: name,
      imageScanOnPush: true,
      lifecycleRules: [{ description: 'What no tag names', tagStatus: ecr.TagStatus.UNTAGGED, maxImageCount: 5 }],
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      emptyOnDelete: !production,
    });
    // A run overrides the size.
    this.task = new ecs.FargateTaskDefinition(this, 'Task', {
      family: name,
      cpu: 256,
      memoryLimitMiB: 512,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.ARM64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
    });
    this.task.addContainer(runnerContainer, {
      containerName: runnerContainer,
      image: ecs.ContainerImage.fromEcrRepository(this.repository, tag),
      portMappings: [{ containerPort: runnerPort }],
      // The most that Fargate gives: calls in flight are drained.
      stopTimeout: Duration.seconds(120),
      logging: ecs.LogDrivers.awsLogs({
        streamPrefix: runnerContainer,
        logGroup: new logs.LogGroup(this, 'Logs', {
          logGroupName: `/mcp/${stage}/runner`,
          retention: logs.RetentionDays.TWO_WEEKS,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      }),
      linuxParameters: new ecs.LinuxParameters(this, 'Linux', { initProcessEnabled: true }),
    });
    // CDK gives every task a role; this one shall have none.
    (this.task.node.defaultChild as ecs.CfnTaskDefinition).taskRoleArn = undefined;
    this.task.node.tryRemoveChild('TaskRole');
  }
}
