import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLRU } from 'lru.min';
import type { CostServices } from '../deployments/assert-cost.ts';
import { credentialsOf } from '../deployments/credentials.ts';
import { resolveLaunch } from '../deployments/launch.ts';
import type { Deployment, DeploymentQueue, DeploymentStore, Replica } from '../deployments/ports.ts';
import { isReady, readServingTarget, type ServingTarget } from '../deployments/serving-target.ts';
import { wakeDeployment } from '../deployments/restart-deployment.ts';
import { runnerUrl } from '../deployments/runner-client.ts';
import { openSecrets } from '../deployments/secrets.ts';
import { type Caller, owns } from '../kernel/http/caller.ts';
import { notFound } from '../kernel/errors/problem.ts';
import type { Relay } from '../outbox/ports.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { McpEndpoint } from '../upstream/mcp-client.ts';
import { heldElsewhere, reachesServer } from './key-reach.ts';

export interface ServerServices extends CostServices {
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

/** Which replica is wanted. */
export interface Wanted {
  /** Those that did not answer, or are about to end. */
  readonly tried: ReadonlySet<string>;
  /** The one that has the session, as long as it can be reached. */
  readonly home?: string | undefined;
  /** The same key leads every process of the platform to the same replica. Without it any is as good. */
  readonly key?: string;
}

/** A server that slept or is just starting gets so long before the caller is asked to come again. */
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
): Promise<ServingTarget> {
  if (!reachesServer(caller, slug)) throw heldElsewhere('This API key is held to other servers.');
  const target = await readServingTarget(deployments, slug, { fresh });
  const own = target && owns(caller, target.deployment.ownerId);
  if (!target || (target.deployment.access === 'private' && !own)) throw notFound('server', slug);
  return target;
}

/**
 * A replica that can take a call now; a deployment that was idle is woken, one that is starting waited for.
 * @returns undefined when there is none within 25 s.
 * @throws Problem `quota-exceeded` when it sleeps, and what servers may cost today is used up.
 */
export async function findReplica(
  services: ServerServices,
  caller: Caller,
  slug: string,
  { tried, home, key }: Wanted,
): Promise<ServerReplica | undefined> {
  const deadline = Date.now() + wakeMs;
  for (let fresh = tried.size > 0; ; fresh = true) {
    const { deployment, replicas } = await findServer(services, caller, slug, { fresh });
    const untried = replicas.filter(({ id }) => !tried.has(id));
    const chosen = untried.find(({ id }) => id === home) ?? choose(untried.filter(isReady), key);
    if (chosen) return replicaAt(services.encryptor, deployment, chosen);
    if (!fresh) continue;
    if (deployment.status === 'idle') await wakeDeployment(services, caller, deployment);
    if (Date.now() > deadline) return undefined;
    await sleep(lookMs);
  }
}

/** With a key the highest hash wins (rendezvous hashing), so that a replica more or less moves few keys. */
function choose(replicas: readonly Replica[], key: string | undefined): Replica | undefined {
  if (key === undefined || replicas.length < 2) return replicas[Math.floor(Math.random() * replicas.length)];
  const weighed = replicas.map((replica) => ({ replica, weight: digest(`${key} ${replica.id}`) }));
  return weighed.toSorted((a, b) => (a.weight < b.weight ? 1 : -1))[0]?.replica;
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

const endpoints = createLRU<string, McpEndpoint>({ max: 500 });

/** How a replica is reached: its runner with the secret that it knows, or the remote server with the headers that were deployed. */
async function replicaAt(encryptor: Encryptor, deployment: Deployment, replica: Replica): Promise<ServerReplica> {
  const { id } = replica;
  // A replica's place and secrets stay what they are once its place is known.
  const known = endpoints.get(id);
  if (known) return { deployment, id, endpoint: known };
  const endpoint = await endpointOf(encryptor, deployment, replica);
  endpoints.set(id, endpoint);
  return { deployment, id, endpoint };
}

async function endpointOf(encryptor: Encryptor, deployment: Deployment, replica: Replica): Promise<McpEndpoint> {
  if (!('url' in deployment.launch)) {
    const { proxy } = await credentialsOf(encryptor, replica);
    return { url: `${runnerUrl(replica) ?? ''}/mcp`, headers: { 'x-runner-secret': proxy }, guarded: false };
  }
  return remoteEndpointOf(encryptor, deployment);
}

/** A remote server with the headers that were deployed. */
export async function remoteEndpointOf(encryptor: Encryptor, deployment: Deployment): Promise<McpEndpoint> {
  const launch = resolveLaunch(deployment, {
    ...deployment.environment,
    ...(await openSecrets(encryptor, deployment)),
  });
  if (launch.kind !== 'remote') throw new Error(`Deployment ${deployment.id} has a URL and is not remote`);
  return { url: launch.url, headers: launch.headers, guarded: true };
}
