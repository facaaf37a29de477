import type { TaskStateChange } from '../../events/deployment-task.ts';
import { changeReplicas, type ReplicaServices, withReplica } from './change-replicas.ts';
import type { Containers } from './containers-port.ts';
import { endedBy } from './end-replica.ts';
import type { DeploymentQueue } from './ports.ts';
import { placed } from './run-deployment.ts';

/** Takes what the cluster says of a task: where it listens, or that it has ended. Tasks of nobody's are passed over; the sweeper finds them. */
export async function applyTaskChange(
  services: ReplicaServices & { readonly deploymentQueue: DeploymentQueue; readonly containers: Containers },
  { taskArn, lastStatus, stoppedReason, containers }: TaskStateChange,
): Promise<void> {
  const taskId = taskArn.slice(taskArn.lastIndexOf('/') + 1);
  if (lastStatus === 'STOPPED') {
    const exitCode = containers.find((each) => each.exitCode !== undefined)?.exitCode;
    const end = { ...(stoppedReason !== undefined && { stoppedReason }), ...(exitCode !== undefined && { exitCode }) };
    await changeReplicas(services, { taskId }, (state, now) => ({
      ...state,
      replicas: state.replicas.map((each) => (each.taskId === taskId ? endedBy(each, end, now) : each)),
    }));
  }
  if (lastStatus !== 'RUNNING') return;
  const [task] = await services.containers.describe([taskId]);
  if (!task?.address) return;
  await changeReplicas(services, { taskId }, (state) => {
    const replica = state.replicas.find((each) => each.taskId === taskId);
    return replica ? withReplica(state, replica.id, (current) => ({ ...current, ...placed(task) })) : state;
  });
}
