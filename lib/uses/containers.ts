import * as z from 'zod';
import type { Containers } from '../deployments/containers-port.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import { csv } from '../kernel/settings/settings.ts';

/** The cluster in which servers run. */
export const use = defineUse({
  variables: {
    ECS_ENDPOINT: z.url().optional().describe('Set for a local ECS; empty on AWS.'),
    ECS_CLUSTER: z.string().min(1).describe('Cluster in which MCP servers run.'),
    ECS_TASK_DEFINITION: z.string().min(1).describe("The runner's task definition: its family, or family:revision."),
    ECS_CONTAINER: z.string().min(1).default('runner').describe('Its container that is the runner.'),
    ECS_SUBNETS: csv.default([]).describe('Subnets of the tasks, separated by commas.'),
    ECS_SECURITY_GROUPS: csv.default([]).describe('Security groups of the tasks, separated by commas.'),
  },
  async build(settings): Promise<{ readonly containers: Containers }> {
    const { ecsContainers } = await import('../adapters/containers/ecs.ts');
    return {
      containers: ecsContainers({
        region: settings.AWS_REGION,
        endpoint: settings.ECS_ENDPOINT,
        cluster: settings.ECS_CLUSTER,
        taskDefinition: settings.ECS_TASK_DEFINITION,
        container: settings.ECS_CONTAINER,
        subnets: settings.ECS_SUBNETS,
        securityGroups: settings.ECS_SECURITY_GROUPS,
      }),
    };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    containers: ServicesOfUse<typeof use>;
  }
}
