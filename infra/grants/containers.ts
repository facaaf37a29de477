import { runnerFamily } from '../constructs/runner-cluster.ts';
import type { UseGrant } from '../constructs/holdings.ts';
import { allow, arnOf } from '../constructs/statements.ts';

/** Runs the runner's task, whichever revision is current, and looks after the cluster's tasks, whose ids are not known before. */
export const grant: UseGrant = {
  network: 'functions',
  statements({ stack, stage, state: { runners } }) {
    const { cluster, task } = runners;
    const onCluster = { ArnEquals: { 'ecs:cluster': cluster.clusterArn } };
    return [
      allow(['ecs:RunTask'], [arnOf(stack, 'ecs', 'task-definition', `${runnerFamily(stage)}:*`)], onCluster),
      // Tags are given at the start, and never changed.
      allow(['ecs:TagResource'], [arnOf(stack, 'ecs', 'task', `mcp-${stage}/*`)], {
        StringEquals: { 'ecs:CreateAction': 'RunTask' },
      }),
      allow(['ecs:DescribeTasks', 'ecs:StopTask'], [arnOf(stack, 'ecs', 'task', `mcp-${stage}/*`)]),
      allow(['ecs:ListTasks'], ['*'], onCluster),
      allow(['iam:PassRole'], [task.obtainExecutionRole().roleArn], {
        StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
      }),
    ];
  },
};
