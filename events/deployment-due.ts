import * as z from 'zod';

/** On the queue `deployments`: bring a deployment to where its row says that it shall be. */
export const DeploymentDue = z
  .object({ deployment_id: z.uuid() })
  .meta({ examples: [{ deployment_id: '019c1385-1a40-7000-8000-000000000006' }] });
export type DeploymentDue = z.output<typeof DeploymentDue>;
