import { setTimeout as sleep } from 'node:timers/promises';
import { credentialsOf } from '../deployments/credentials.ts';
import { resolveLaunch } from '../deployments/launch.ts';
import type { Deployment, DeploymentQueue, DeploymentStore, Replica } from '../deployments/ports.ts';
import { readRoute, type Route } from '../deployments/serving-target.ts';
import { wakeDeployment } from '../deployments/restart-deployment.ts';
import { runnerUrl } from '../deployments/runner-client.ts';
import { openSecrets } from '../deployments/secrets.ts';
import { type Caller, owns } from '../kernel/http/caller.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import type { Relay } from '../outbox/ports.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { McpEndpoint } from '../upstream/mcp-client.ts';

export interface ServerServices {
  readonly deployments: DeploymentStore;
  readonly deploymentQueue: DeploymentQueue;
  readonly relay: Relay;
  readonly encryptor: Encryptor;
}

/** One replica that can take a call. */
export interface ServerReplica {
  readonly deployment: Deployment;
  readonly id: string;
  readonly endpoint: McpEndpoint;
}

/** A server that slept or is just starting gets so long before the caller is told to come again. */
const wakeMs = 25_000;
const lookMs = 150;

/**
 * The deployment behind a slug, if this caller may call it.
 * @throws Problem `forbidden` for a key that is held to other servers; `not-found` when nothing is deployed there, also when that is somebody else's private affair.
 */
export async function findServer(
  { deployments }: Pick<ServerServices, 'deployments'>,
  caller: Caller,
  slug: string,
  { fresh } = { fresh: false },
): Promise<Route> {
  const servers = caller.apiKey?.servers;
  if (servers && !servers.includes(slug)) {
    throw new Problem('forbidden', {
      detail: 'This API key is held to other servers.',
      extra: { required_permission: 'mcp:call' },
    });
  }
  const route = await readRoute(deployments, slug, { fresh });
  const own = route && owns(caller, route.deployment.ownerId);
  if (!route || (route.deployment.access === 'private' && !own)) throw notFound('server', slug);
  return route;
}

/**
 * A replica that can take a call now; one that was idle is woken, one that is starting waited for. `tried` are replicas that did not answer.
 * @returns undefined when there is none within 25 s.
 */
export async function findReplica(
  services: ServerServices,
  caller: Caller,
  slug: string,
  tried: ReadonlySet<string> = new Set(),
): Promise<ServerReplica | undefined> {
  const deadline = Date.now() + wakeMs;
  for (let fresh = tried.size > 0; ; fresh = true) {
    const { deployment, ready } = await findServer(services, caller, slug, { fresh });
    const untried = ready.filter(({ id }) => !tried.has(id));
    const chosen = untried[Math.floor(Math.random() * untried.length)];
    if (chosen) return replicaAt(services.encryptor, deployment, chosen);
    if (!fresh) continue;
    if (deployment.status === 'idle') await wakeDeployment(services, deployment.id);
    if (Date.now() > deadline) return undefined;
    await sleep(lookMs);
  }
}

/** How a replica is reached: its runner with the secret that it knows, or the remote server with the headers that were deployed. */
export async function replicaAt(
  encryptor: Encryptor,
  deployment: Deployment,
  replica: Replica,
): Promise<ServerReplica> {
  const { id } = replica;
  if (!('url' in deployment.launch)) {
    const { proxy } = await credentialsOf(encryptor, replica);
    const endpoint = { url: `${runnerUrl(replica) ?? ''}/mcp`, headers: { 'x-runner-secret': proxy }, guarded: false };
    return { deployment, id, endpoint };
  }
  const launch = resolveLaunch(deployment, {
    ...deployment.environment,
    ...(await openSecrets(encryptor, deployment)),
  });
  if (launch.kind !== 'remote') throw new Error(`Deployment ${deployment.id} has a URL and is not remote`);
  return { deployment, id, endpoint: { url: launch.url, headers: launch.headers, guarded: true } };
}
