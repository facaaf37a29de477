import { auditEntry } from '../audit/audit-entry.ts';
import { type Caller, owns } from '../kernel/http/caller.ts';
import { newId } from '../kernel/ids.ts';
import { invalidField, notFound, Problem } from '../kernel/errors/problem.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { ServerEntry } from '../launch/model.ts';
import { readLaunch } from '../launch/read-launch.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { openToolSecrets } from '../tools/keep-secrets.ts';
import type { ToolRecord, ToolStore } from '../tools/ports.ts';
import { assertCost, type CostServices } from './assert-cost.ts';
import { changeReplicas, type ReplicaServices } from './change-replicas.ts';
import { assertAllowed } from './launch-policy.ts';
import { resolveLaunch } from './launch.ts';
import { activeOf, type NewDeployment, notStarted, withNew } from './new-deployment.ts';
import type { Deployment, DeploymentQueue, DeploymentState } from './ports.ts';
import { presentSummary } from './present.ts';
import { RunOptions } from './runner-contract.ts';
import type { CreateDeployment } from './schema.ts';
import { encryptSecrets } from './secrets.ts';

type Services = ReplicaServices &
  CostServices & {
    readonly deploymentQueue: DeploymentQueue;
    readonly tools: ToolStore;
    readonly settings: BaseSettings;
  };

/**
 * Asks for a server of a tool to run. The row and its replicas are written at once; a worker starts them.
 * @throws Problem `not-found`, `forbidden` (not the tool's author), `deployment-exists`, `package-not-deployable`, `quota-exceeded`; 422 that names a variable that is missing.
 */
export async function createDeployment(
  services: Services,
  caller: Caller,
  { tool_id, config }: CreateDeployment,
  { replace }: { readonly replace: boolean },
) {
  const tool = await services.tools.find(tool_id);
  if (!tool) throw notFound('tool', tool_id);
  assertAuthor(caller, tool);
  const launch = serverOf(tool, config.server);
  const environment = typeof config.environment === 'string' ? { ENVIRONMENT: config.environment } : config.environment;
  const secrets = { ...(await keptSecrets(services.encryptor, tool, launch)), ...config.secrets };
  assertAllowed(resolveLaunch({ launch }, { ...environment, ...secrets }), services.settings);
  const id = newId();
  const earlier = await services.deployments.find(id);
  // A try of the same request that got as far as its row.
  if (earlier) return presentSummary(earlier, services.settings.BASE_URL);
  const deployment: NewDeployment = {
    ...notStarted,
    id,
    toolId: tool.id,
    toolName: tool.name,
    slug: tool.slug,
    preview: undefined,
    toolRevision: tool.revision,
    server: String(launch['name']),
    launch,
    ownerId: caller.userId,
    access: config.access,
    replicas: 'url' in launch ? 1 : config.replicas,
    ...config.resources,
    idleTimeoutS: config.idle_timeout_s === 0 ? undefined : config.idle_timeout_s,
    environment,
    options: RunOptions.parse(config),
    secrets: await encryptSecrets(services.encryptor, id, secrets),
  };
  const entry = auditEntry(caller, {
    action: 'deployment.created',
    target: { type: 'deployment', id },
    details: { slug: tool.slug, tool_id: tool.id, replace },
  });
  const alter = (before: DeploymentState, now: Date): DeploymentState => {
    if (before.toolDeleted) throw notFound('tool', tool_id);
    const running = activeOf(before, deployment);
    if (running && !replace) throw taken(running);
    return withNew(before, deployment, now);
  };
  const state = await withinDeploymentQuota(services, caller, deployment, () =>
    changeReplicas(services, { toolId: tool.id }, alter, [entry]),
  );
  const made = state?.deployments.find((each) => each.id === id);
  if (!made) throw notFound('tool', tool_id);
  return presentSummary(made, services.settings.BASE_URL);
}

/** One after the other for each person, so that many deployments at once do not all see the same room. What the tool has deployed already makes room. */
export function withinDeploymentQuota<T>(
  { quotas, quotaCounts }: CostServices,
  caller: Caller,
  deployment: { readonly toolId?: string } & Pick<Deployment, 'replicas' | 'ownerId' | 'launch'>,
  work: () => Promise<T>,
): Promise<T> {
  const { userId } = caller;
  const { toolId, replicas } = deployment;
  const count = async () => (await quotaCounts.deployments(userId, toolId)).deployments;
  return quotas.within({ name: 'deployments', userId, count }, async () => {
    quotas.assert('replicas', (await quotaCounts.deployments(userId, toolId)).replicas, replicas);
    await assertCost({ quotas, quotaCounts }, caller, deployment);
    return work();
  });
}

/** Those of the tool's own secrets that this server asks for. */
function keptSecrets(
  encryptor: Encryptor,
  tool: ToolRecord,
  launch: ServerEntry,
): Promise<Readonly<Record<string, string>>> {
  return openToolSecrets(
    encryptor,
    tool,
    readLaunch(launch).inputs.map(({ name }) => name),
  );
}

function serverOf(tool: ToolRecord, name: string | undefined): Readonly<Record<string, unknown>> {
  const { servers } = tool.config;
  const found = name === undefined ? servers[0] : servers.find((server) => server['name'] === name);
  if (found) return found;
  const known = servers.map((server) => server['name']).join(', ');
  throw name === undefined
    ? invalidField(['tool_id'], 'The tool has no server to deploy', 'no_server')
    : invalidField(['config', 'server'], `The tool has no such server; it has: ${known || 'none'}`, 'unknown_server');
}

function assertAuthor(caller: Caller, tool: ToolRecord): void {
  if (owns(caller, tool.authorId)) return;
  throw new Problem('forbidden', {
    detail: "Only the tool's author or an admin may deploy it.",
    extra: { required_permission: 'deployments:create' },
  });
}

function taken({ id, slug }: Deployment): Problem {
  return new Problem('deployment-exists', {
    detail: `"${slug}" is deployed already; ?replace=true takes the place of that deployment without a gap.`,
    extra: { deployment_id: id },
  });
}
