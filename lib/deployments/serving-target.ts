import { createLRU } from 'lru.min';
import type { DeploymentStore, Replica, Serving } from './ports.ts';
import { servingTargetMs } from './runner-contract.ts';

export interface ServingTarget extends Serving {
  /** Replicas that have not ended and whose place is known: those that are ready, and those that still have sessions. */
  readonly replicas: readonly Replica[];
}

/** Whether a replica takes new work. */
export function isReady({ state, stoppingAt }: Replica): boolean {
  return state === 'ready' && stoppingAt === undefined;
}

const maxRemembered = 500;

type Remembered = ReturnType<typeof remembered>;
const remembered = () =>
  createLRU<string, { readonly target: ServingTarget; readonly at: number }>({ max: maxRemembered });
const targets = new WeakMap<DeploymentStore, Remembered>();

/** Where a tool's endpoint leads, at most {@link servingTargetMs} ago; `fresh` asks the store in any case. */
export async function readServingTarget(
  deployments: DeploymentStore,
  slug: string,
  { fresh }: { readonly fresh: boolean },
): Promise<ServingTarget | undefined> {
  const known = rememberedOf(deployments).get(slug);
  if (!fresh && known && performance.now() - known.at < servingTargetMs) return known.target;
  const at = performance.now();
  const target = await deployments.servingTarget(slug);
  if (target) rememberedOf(deployments).set(slug, { target, at });
  else forgetServingTarget(deployments, slug);
  return target;
}

/** For who has just changed it. */
export function forgetServingTarget(deployments: DeploymentStore, slug: string): void {
  rememberedOf(deployments).delete(slug);
}

function rememberedOf(deployments: DeploymentStore): Remembered {
  const known = targets.get(deployments) ?? remembered();
  targets.set(deployments, known);
  return known;
}
