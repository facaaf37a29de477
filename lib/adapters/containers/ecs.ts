import {
  DescribeTasksCommand,
  ECSClient,
  type Failure,
  InvalidParameterException,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { type Containers, type ContainerTask, StartRefused } from '../../deployments/containers-port.ts';
import { startRefusalOf } from './start-refusal.ts';

/** The port that the runner listens on inside a task. */
const runnerPort = 8080;
const taskId = /[^/]+$/;

export interface EcsOptions {
  readonly region: string;
  /** Of an ECS on this machine. */
  readonly endpoint?: string | undefined;
  readonly cluster: string;
  readonly taskDefinition: string;
  /** The container of the task definition that holds the runner. */
  readonly container: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}

/** Fargate tasks of one cluster. Connects on first use; a call ends within 10 s. */
export function ecsContainers(options: EcsOptions): Containers {
  const { cluster, taskDefinition, container, subnets, securityGroups } = options;
  const client = new ECSClient({
    region: options.region,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });
  return {
    async start({ clientToken, startedBy, environment, cpu, memoryMb, tags = {} }) {
      const size = {
        ...(cpu === undefined ? {} : { cpu: String(cpu) }),
        ...(memoryMb === undefined ? {} : { memory: String(memoryMb) }),
      };
      const { tasks = [], failures = [] } = await client
        .send(
          new RunTaskCommand({
            cluster,
            taskDefinition,
            clientToken,
            startedBy,
            count: 1,
            launchType: 'FARGATE',
            enableECSManagedTags: true,
            propagateTags: 'TASK_DEFINITION',
            tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
            networkConfiguration: {
              awsvpcConfiguration: {
                subnets: [...subnets],
                securityGroups: [...securityGroups],
                assignPublicIp: 'ENABLED',
              },
            },
            overrides: {
              ...size,
              containerOverrides: [
                {
                  name: container,
                  environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
                },
              ],
            },
          }),
        )
        .catch((error: unknown): never => {
          throw startRefusalOf(error);
        });
      const [task] = tasks;
      if (task === undefined)
        throw new StartRefused('full', 'The cluster had no room for the task.', {
          cause: new Error(describe(failures)),
        });
      return present(task);
    },

    async describe(ids) {
      if (ids.length === 0) return [];
      // A task that is no longer known comes as a failure, which is no error here.
      const { tasks = [] } = await client.send(new DescribeTasksCommand({ cluster, tasks: [...ids] }));
      return tasks.map(present);
    },

    async stop(id, reason) {
      try {
        await client.send(new StopTaskCommand({ cluster, task: id, reason: reason.slice(0, 1_024) }));
      } catch (error) {
        const gone = error instanceof InvalidParameterException && /not found/i.test(error.message);
        if (!gone) throw error;
      }
    },

    async list({ startedBy, desired }) {
      const ids: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await client.send(
          new ListTasksCommand({
            cluster,
            desiredStatus: desired === 'running' ? 'RUNNING' : 'STOPPED',
            ...(startedBy === undefined ? {} : { startedBy }),
            ...(nextToken === undefined ? {} : { nextToken }),
          }),
        );
        ids.push(...(page.taskArns ?? []).map(idOf));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return ids;
    },
  };
}

function present(task: Task): ContainerTask {
  const [container] = task.containers ?? [];
  const details = task.attachments?.flatMap((attachment) => attachment.details ?? []) ?? [];
  const host = details.find(({ name }) => name === 'privateIPv4Address')?.value;
  const port = container?.networkBindings?.[0]?.hostPort ?? runnerPort;
  return {
    id: idOf(task.taskArn ?? ''),
    startedBy: task.startedBy ?? '',
    status: statusOf(task.lastStatus ?? ''),
    ...(host === undefined ? {} : { address: { host, port } }),
    ...(task.stopCode === undefined ? {} : { stopCode: task.stopCode }),
    ...(task.stoppedReason === undefined ? {} : { stoppedReason: task.stoppedReason }),
    ...(container?.exitCode === undefined ? {} : { exitCode: container.exitCode }),
  };
}

function statusOf(lastStatus: string): ContainerTask['status'] {
  switch (lastStatus) {
    case 'RUNNING':
      return 'running';
    case 'DEACTIVATING':
    case 'STOPPING':
    case 'DEPROVISIONING':
      return 'stopping';
    case 'STOPPED':
    case 'DELETED':
      return 'stopped';
    default:
      return 'provisioning';
  }
}

function describe(failures: readonly Failure[]): string {
  return failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(': ')).join('; ') || 'no task';
}

function idOf(arn: string): string {
  return taskId.exec(arn)?.[0] ?? arn;
}
