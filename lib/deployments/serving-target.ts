import type { Deployment, DeploymentStore, Replica } from './ports.ts';

export interface Route {
  readonly deployment: Deployment;
  /** Replicas that can take calls. */
  readonly ready: readonly Replica[];
}

/** Every call asks; what was read so lately is still good. A stop waits this long before it says that nothing answers any more. */
export const routeMs = 500;
const maxRemembered = 500;

type Remembered = Map<string, { readonly route: Route; readonly at: number }>;
const routes = new WeakMap<DeploymentStore, Remembered>();

/** Where a tool's endpoint leads, at most {@link routeMs} ago; `fresh` asks the store in any case. */
export async function readRoute(
  deployments: DeploymentStore,
  slug: string,
  { fresh }: { readonly fresh: boolean },
): Promise<Route | undefined> {
  const remembered = rememberedOf(deployments);
  const known = remembered.get(slug);
  if (!fresh && known && performance.now() - known.at < routeMs) return known.route;
  const at = performance.now();
  const route = await deployments.route(slug);
  remembered.delete(slug);
  if (!route) return undefined;
  remembered.set(slug, { route, at });
  const oldest = remembered.keys().next();
  if (remembered.size > maxRemembered && !oldest.done) remembered.delete(oldest.value);
  return route;
}

/** For who has just changed it. */
export function forgetRoute(deployments: DeploymentStore, slug: string): void {
  rememberedOf(deployments).delete(slug);
}

function rememberedOf(deployments: DeploymentStore): Remembered {
  const known = routes.get(deployments);
  if (known) return known;
  const made: Remembered = new Map();
  routes.set(deployments, made);
  return made;
}
