import { type Caller, owns, type Permission } from '../kernel/http/caller.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import type { Deployment, DeploymentStore } from './ports.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws Problem `not-found`. */
export async function findDeployment(deployments: DeploymentStore, id: string): Promise<Deployment> {
  const found = uuid.test(id) ? await deployments.find(id) : undefined;
  if (!found) throw notFound('deployment', id);
  return found;
}

/** @throws Problem `not-found`; `forbidden` for whoever is neither the deployment's owner nor an admin. */
export async function findOwnDeployment(
  deployments: DeploymentStore,
  caller: Caller,
  id: string,
  permission: Permission,
): Promise<Deployment> {
  const found = await findDeployment(deployments, id);
  if (owns(caller, found.ownerId)) return found;
  throw new Problem('forbidden', {
    detail: 'Only its owner or an admin may do this with the deployment.',
    extra: { required_permission: permission },
  });
}
