import type { Deployment, DeploymentState } from './ports.ts';

export type NewDeployment = Omit<Deployment, 'deployedAt' | 'updatedAt' | 'active' | 'replacesId'>;

/** What is known of a deployment before anything of it runs. */
export const notStarted = {
  status: 'starting',
  health: 'unknown',
  phase: 'queued',
  generation: 1,
  serverInfo: undefined,
  protocolVersion: undefined,
  tools: undefined,
  offers: undefined,
  restarts: 0,
  lastError: undefined,
  lastHealthCheck: undefined,
  lastCalledAt: undefined,
  stoppedAt: undefined,
} as const;

/** The deployment at whose endpoint a new one would be. */
export function activeOf(
  { deployments }: DeploymentState,
  { preview }: Pick<NewDeployment, 'preview'>,
): Deployment | undefined {
  return deployments.find((each) => each.active && each.preview === preview);
}

/** The state with a new deployment, which takes the place of the active one when it is ready. A replacement that is not ready yet makes room for it. */
export function withNew(state: DeploymentState, deployment: NewDeployment, now: Date): DeploymentState {
  const running = activeOf(state, deployment);
  const made = { ...deployment, active: !running, replacesId: running?.id, deployedAt: now, updatedAt: now };
  const others = state.deployments.map((each) =>
    each.active || each.preview !== deployment.preview ? each : { ...each, status: 'stopping' as const },
  );
  return { ...state, deployments: [...others, made] };
}
