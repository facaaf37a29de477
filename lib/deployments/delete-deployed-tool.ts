import { type Caller, owns } from '../kernel/http/caller.ts';
import { Problem } from '../kernel/errors/problem.ts';
import type { ToolWriting } from '../tools/change.ts';
import { deleteTool } from '../tools/delete-tool.ts';
import { changeReplicas, type ReplicaServices } from './change-replicas.ts';
import type { DeploymentQueue } from './ports.ts';
import { markStopping } from './stop-deployment.ts';
import { wantsReplicas } from './reconcile-state.ts';

/**
 * Deletes a tool and stops what runs of it.
 * @throws Problem `deployments-running` unless `force`; and what deleteTool throws.
 */
export async function deleteDeployedTool(
  services: ToolWriting & ReplicaServices & { readonly deploymentQueue: DeploymentQueue },
  caller: Caller,
  idOrSlug: string,
  { ifMatch, force }: { readonly ifMatch: string | undefined; readonly force: boolean },
): Promise<{ message: string; id: string }> {
  const tool = await services.tools.find(idOrSlug);
  if (!force && tool && owns(caller, tool.authorId)) await assertNoneRunning(services, tool.id);
  const deleted = await deleteTool(services, caller, idOrSlug, ifMatch);
  // After the deletion, because from then on nothing new can be deployed.
  await changeReplicas(services, { toolId: deleted.id }, (state) => ({
    ...state,
    deployments: state.deployments.map(markStopping),
  }));
  return deleted;
}

async function assertNoneRunning({ deployments }: ReplicaServices, toolId: string): Promise<void> {
  const { items } = await deployments.list({ status: undefined, toolId }, { offset: 0, limit: 40 });
  const own = items.filter(({ preview }) => preview === undefined);
  const running = own.filter((each) => wantsReplicas(each) || each.status === 'idle');
  if (running.length === 0) return;
  throw new Problem('deployments-running', {
    detail: 'Deployments of this tool are running; stop them first, or delete with ?force=true.',
    extra: { deployment_ids: running.map(({ id }) => id) },
  });
}
