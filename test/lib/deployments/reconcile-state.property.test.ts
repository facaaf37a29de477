import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  deploymentStatuses,
  type Deployment,
  type DeploymentState,
  type Replica,
} from '../../../lib/deployments/ports.ts';
import { reconcileState, wantsReplicas } from '../../../lib/deployments/reconcile-state.ts';
import { deployed, deployment, now, replica } from './replicas.ts';

/* Whatever rows a crash leaves, reconciling them comes to rest at once and breaks no rule. */

const states = [
  'requested',
  'provisioning',
  'installing',
  'ready',
  'restarting',
  'unhealthy',
  'failed',
  'stopped',
  'idle',
  'lost',
] as const;

const replicaOf = (deploymentId: string) =>
  fc
    .record({
      state: fc.constantFrom(...states),
      generation: fc.constantFrom(1, 2),
      task: fc.boolean(),
      stopping: fc.boolean(),
      ended: fc.boolean(),
    })
    .map(({ state, generation, task, stopping, ended }) =>
      replica({
        deploymentId,
        state,
        generation,
        taskId: task && state !== 'requested' ? 'task' : undefined,
        stoppingAt: stopping ? now : undefined,
        endedAt: ended ? now : undefined,
      }),
    );

const some: fc.Arbitrary<[Deployment, Replica[]]> = fc
  .record({ status: fc.constantFrom(...deploymentStatuses), replicas: fc.constantFrom(1, 2), age: fc.nat(1000) })
  .chain(({ status, replicas, age }) => {
    const made = deployment({
      status,
      replicas,
      generation: 2,
      active: false,
      deployedAt: new Date(now.getTime() - age),
    });
    return fc.array(replicaOf(made.id), { maxLength: 5 }).map((list): [Deployment, Replica[]] => [made, list]);
  });

const anyFleet: fc.Arbitrary<DeploymentState> = fc
  .tuple(fc.array(some, { minLength: 1, maxLength: 3 }), fc.nat(3))
  .map(([all, active]) =>
    deployed(
      all.map(([each], index) => ({
        ...each,
        active: index === active && !['stopped', 'failed', 'stopping'].includes(each.status),
      })),
      all.flatMap(([, replicas]) => replicas),
    ),
  );

it('reconciles in one step', () => {
  fc.assert(
    fc.property(anyFleet, (given) => {
      const once = reconcileState(given, now);
      const made = once.missing.map((each) => replica({ deploymentId: each.id, generation: each.generation }));
      const again = reconcileState({ ...once, replicas: [...once.replicas, ...made] }, now);
      expect(again.missing).toEqual([]);
      expect(again.deployments).toEqual(once.deployments);
    }),
  );
});

it('leads an endpoint to at most one deployment, and never starts what shall not run', () => {
  fc.assert(
    fc.property(anyFleet, (given) => {
      const { deployments, replicas, missing } = reconcileState(given, now);
      expect(deployments.filter(({ active }) => active).length).toBeLessThanOrEqual(1);
      for (const each of deployments.filter((one) => !wantsReplicas(one))) {
        expect(missing.some(({ id }) => id === each.id)).toBe(false);
        const left = replicas.filter((one) => one.deploymentId === each.id && one.endedAt === undefined);
        expect(left.every(({ stoppingAt }) => stoppingAt !== undefined)).toBe(true);
      }
      for (const each of deployments.filter(({ status }) => status === 'running')) {
        const serves = replicas.some((one) => one.deploymentId === each.id && one.state === 'ready' && !one.endedAt);
        expect(serves).toBe(true);
      }
    }),
  );
});
