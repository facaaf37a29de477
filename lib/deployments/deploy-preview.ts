import { auditEntry } from '../audit/audit-entry.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import type { Caller } from '../kernel/http/caller.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { ServerEntry } from '../launch/model.ts';
import type { QuotaCounts } from '../quotas/ports.ts';
import type { Quotas } from '../quotas/quotas.ts';
import type { ToolStore } from '../tools/ports.ts';
import { changeReplicas, type ReplicaServices } from './change-replicas.ts';
import { withinDeploymentQuota } from './create-deployment.ts';
import { assertAllowed } from './launch-policy.ts';
import { resolveLaunch } from './launch.ts';
import { type NewDeployment, notStarted, withNew } from './new-deployment.ts';
import type { Deployment, DeploymentQueue } from './ports.ts';
import { previewSlug } from './preview-slug.ts';
import { RunOptions } from './runner-contract.ts';
import { markStopping } from './stop-deployment.ts';

export type PreviewServices = ReplicaServices & {
  readonly deploymentQueue: DeploymentQueue;
  readonly tools: Pick<ToolStore, 'find'>;
  readonly quotas: Quotas;
  readonly quotaCounts: QuotaCounts;
  readonly settings: BaseSettings;
};

export interface PreviewRequest {
  /** The same for every try: a deployment that is there is not made again. */
  readonly id: string;
  readonly toolId: string;
  /** `pr-12`; at most 32 characters. */
  readonly preview: string;
  /** It gets no variables and no secrets, so it must ask for none. */
  readonly launch: ServerEntry;
}

const idleTimeoutS = 900;
/** Of one tool at once; who opens many proposals does not fill the cluster. */
const mostPreviews = 8;

/**
 * Runs a server beside a tool's own deployment, at `<slug>--<preview>`: private to `owner`, without secrets, stopped after 15 minutes without a call. It takes the place of what the
 * preview ran before.
 * @throws Problem `not-found`, `quota-exceeded`, `package-not-deployable`; `validation-error` when the server asks for something or the operator forbids its command.
 */
export async function deployPreview(
  services: PreviewServices,
  owner: Caller,
  { id, toolId, preview, launch }: PreviewRequest,
): Promise<Deployment> {
  const earlier = await services.deployments.find(id);
  if (earlier) return earlier;
  const tool = await services.tools.find(toolId);
  if (!tool) throw notFound('tool', toolId);
  assertAllowed(resolveLaunch({ launch }, {}), services.settings);
  const deployment: NewDeployment = {
    ...notStarted,
    id,
    toolId: tool.id,
    toolName: tool.name,
    slug: previewSlug(tool.slug, preview),
    preview,
    toolRevision: tool.revision,
    server: String(launch['name']),
    launch,
    ownerId: owner.userId,
    access: 'private',
    replicas: 1,
    // Building takes more than running.
    cpu: 512,
    memory: 1024,
    idleTimeoutS,
    environment: {},
    options: RunOptions.parse({ install_scripts: true }),
    secrets: undefined,
  };
  const details = { slug: deployment.slug, tool_id: tool.id, preview };
  const entry = auditEntry(owner, { action: 'deployment.created', target: { type: 'deployment', id }, details });
  const state = await withinDeploymentQuota(services, owner, { replicas: 1, ownerId: owner.userId, launch }, () =>
    changeReplicas(
      services,
      { toolId: tool.id },
      (before, now) => {
        if (before.toolDeleted) throw notFound('tool', toolId);
        const others = before.deployments.filter((each) => each.preview !== undefined && each.preview !== preview);
        if (others.length >= mostPreviews)
          throw new Problem('quota-exceeded', {
            detail: `${others.length} previews of ${tool.slug} are there already; the limit is ${mostPreviews}.`,
            extra: { limit: mostPreviews, used: others.length },
          });
        return withNew(before, deployment, now);
      },
      [entry],
    ),
  );
  const made = state?.deployments.find((each) => each.id === id);
  if (!made) throw notFound('tool', toolId);
  return made;
}

/** Stops the previews of a tool that `matches` names; their tasks end by the worker. Stopping them again changes nothing. */
export async function stopPreviews(
  services: ReplicaServices & { readonly deploymentQueue: DeploymentQueue },
  owner: Pick<Caller, 'userId'>,
  toolId: string,
  matches: (preview: string) => boolean,
): Promise<void> {
  const running = (await services.deployments.previewsOf(toolId)).filter(
    ({ preview, status }) => preview !== undefined && status !== 'stopping' && matches(preview),
  );
  if (running.length === 0) return;
  const ids = new Set(running.map(({ id }) => id));
  const entries = running.map(({ id, slug }) =>
    auditEntry(owner, {
      action: 'deployment.stopped',
      target: { type: 'deployment', id },
      details: { slug, because: 'preview-over' },
    }),
  );
  await changeReplicas(
    services,
    { toolId },
    (state) => ({
      ...state,
      deployments: state.deployments.map((each) => (ids.has(each.id) ? markStopping(each) : each)),
    }),
    entries,
  );
}
