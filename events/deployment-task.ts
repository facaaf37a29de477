import * as z from 'zod';

/** The part of an `ECS Task State Change` event's detail that deployments go by. */
export const TaskStateChange = z
  .object({
    taskArn: z.string(),
    lastStatus: z.string(),
    startedBy: z.string().optional(),
    stopCode: z.string().optional(),
    stoppedReason: z.string().optional(),
    containers: z.array(z.object({ exitCode: z.int().optional(), reason: z.string().optional() })).default([]),
  })
  .meta({
    examples: [
      {
        taskArn: 'arn:aws:ecs:us-east-1:000000000000:task/mcp-local/0f9de17a6465404e8b1b2356dc13c2f8',
        lastStatus: 'STOPPED',
        startedBy: '019c1385-1a40-7000-8000-000000000006',
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container in task exited',
        containers: [{ exitCode: 137 }],
      },
    ],
  });
export type TaskStateChange = z.output<typeof TaskStateChange>;
