import { allow, arnOf, type UseGrant } from '../constructs/statements.ts';

/** Runs the runner's task as it is defined now, and looks after the cluster's tasks, whose ids are not known before. */
export const grant: UseGrant = {
  network: 'functions',
  statements({ stack, stage, state: { runners } }) {
    const { cluster, task } = runners;
    const onCluster = { ArnEquals: { 'ecs:cluster': cluster.clusterArn } };
    return [
      allow(['ecs:RunTask'], [task.taskDefinitionArn], onCluster),
      allow(['ecs:DescribeTasks', 'ecs:StopTask'], [arnOf(stack, 'ecs', 'task', `mcp-${stage}/*`)]),
      allow(['ecs:ListTasks'], ['*'], onCluster),
      allow(['iam:PassRole'], [task.obtainExecutionRole().roleArn], {
        StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
      }),
    ];
  },
};
