import { randomBytes } from 'node:crypto';
import type { RunningTask } from './run-task.ts';

const clusterArn = (cluster: string): string => `arn:aws:ecs:us-east-1:000000000000:cluster/${cluster}`;

export interface TaskRecord {
  readonly id: string;
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly container: string;
  readonly startedBy: string | undefined;
  readonly group: string | undefined;
  readonly cpu: string;
  readonly memory: string;
  readonly createdAt: Date;
  lastStatus: 'PROVISIONING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPED';
  desiredStatus: 'RUNNING' | 'STOPPED';
  startedAt?: Date;
  stoppedAt?: Date;
  stopCode?: 'TaskFailedToStart' | 'EssentialContainerExited' | 'UserInitiated';
  stoppedReason?: string;
  exitCode?: number;
  version: number;
  running?: RunningTask;
  port?: number;
}

export const newTaskId = (): string => randomBytes(16).toString('hex');

/** A task as ECS describes it. `time` writes an instant: seconds in the API, ISO 8601 in events. */
export function describeTask(task: TaskRecord, time: (at: Date) => number | string): object {
  const { id, cluster, exitCode, port: hostPort } = task;
  const instant = (name: string, at: Date | undefined) => (at === undefined ? {} : { [name]: time(at) });
  const address = hostPort === undefined ? [] : [{ name: 'privateIPv4Address', value: '127.0.0.1' }];
  return {
    taskArn: `arn:aws:ecs:us-east-1:000000000000:task/${cluster}/${id}`,
    clusterArn: clusterArn(cluster),
    taskDefinitionArn: `arn:aws:ecs:us-east-1:000000000000:task-definition/${task.taskDefinition}`,
    launchType: 'FARGATE',
    cpu: task.cpu,
    memory: task.memory,
    lastStatus: task.lastStatus,
    desiredStatus: task.desiredStatus,
    version: task.version,
    ...(task.startedBy === undefined ? {} : { startedBy: task.startedBy }),
    ...(task.group === undefined ? {} : { group: task.group }),
    ...instant('createdAt', task.createdAt),
    ...instant('startedAt', task.startedAt),
    ...instant('stoppedAt', task.stoppedAt),
    ...(task.stopCode === undefined ? {} : { stopCode: task.stopCode }),
    ...(task.stoppedReason === undefined ? {} : { stoppedReason: task.stoppedReason }),
    attachments: [{ id: `${id}-eni`, type: 'ElasticNetworkInterface', status: 'ATTACHED', details: address }],
    containers: [
      {
        name: task.container,
        lastStatus: task.lastStatus === 'RUNNING' || task.lastStatus === 'STOPPED' ? task.lastStatus : 'PENDING',
        networkBindings:
          hostPort === undefined ? [] : [{ bindIP: '127.0.0.1', containerPort: 8080, hostPort, protocol: 'tcp' }],
        ...(exitCode === undefined ? {} : { exitCode }),
      },
    ],
  };
}
