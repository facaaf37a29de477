import { AccountNeeded } from '../accounts/account-needed.ts';
import type { AccountServices } from '../accounts/refresh-account.ts';
import { asAccountOf } from '../accounts/send-as-account.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { connectMcp, McpError } from '../upstream/mcp-client.ts';
import type { McpTool, Offers } from '../upstream/server-answers.ts';
import { UpstreamFailure } from '../upstream/ports.ts';
import { alterReplicas, type ReplicaServices, withDeployment } from './change-replicas.ts';
import { resolveLaunch } from './launch.ts';
import type { Deployment } from './ports.ts';
import { openSecrets } from './secrets.ts';

const timeoutMs = 10_000;
const maxReason = 1_000;

export type Probed =
  | {
      readonly ok: true;
      readonly serverInfo: Readonly<Record<string, unknown>>;
      readonly protocolVersion: string;
      readonly tools: readonly McpTool[];
      readonly offers: Offers;
    }
  | {
      readonly ok: false;
      readonly reason: string;
      /** It answers, and wants an account of its owner. */ readonly wantsAccount: boolean;
    };

export type ProbeServices = AccountServices & { readonly settings: BaseSettings };

/** A real `initialize` and `tools/list` of a remote server, with its owner's account where it wants one. The error says why it did not work, in words for its deployer. */
export async function probeRemote(services: ProbeServices, deployment: Deployment): Promise<Probed> {
  const launch = resolveLaunch(deployment, {
    ...deployment.environment,
    ...(await openSecrets(services.encryptor, deployment)),
  });
  if (launch.kind !== 'remote') throw new Error(`Deployment ${deployment.id} is not of a remote server`);
  try {
    const upstream = asAccountOf(services, deployment.ownerId, { ...deployment, ...launch });
    const connection = await connectMcp(upstream, { ...launch, guarded: true }, timeoutMs);
    try {
      const tools = await connection.listTools();
      const offers = await connection.listOffers();
      const { serverInfo, protocolVersion } = connection.server;
      return { ok: true, serverInfo, protocolVersion, tools, offers };
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (error instanceof AccountNeeded) return { ok: false, reason: error.message, wantsAccount: true };
    if (error instanceof UpstreamFailure)
      return { ok: false, reason: `The remote server: ${error.message}`, wantsAccount: false };
    if (error instanceof McpError)
      return {
        ok: false,
        reason: `The remote server refused: ${error.message.slice(0, maxReason)}`,
        wantsAccount: false,
      };
    throw error;
  }
}

/** Notes what a remote server offers, once its owner has connected the account that it wants; what it offers to others is not everybody's affair. */
export async function refreshOffers(
  services: ProbeServices & ReplicaServices,
  userId: string,
  deploymentId: string,
): Promise<void> {
  const deployment = await services.deployments.find(deploymentId);
  if (deployment?.ownerId !== userId || deployment.status !== 'running') return;
  const probed = await probeRemote(services, deployment);
  await alterReplicas(services, { deploymentId }, (state) =>
    withDeployment(state, deploymentId, (current) => withProbed(current, probed)),
  );
}

/** A deployment with what its remote server has said of itself, or why it says nothing. */
export function withProbed(deployment: Deployment, probed: Probed): Deployment {
  if (!probed.ok) return { ...deployment, lastError: { reason: probed.reason, log: [] } };
  const { serverInfo, protocolVersion, tools, offers } = probed;
  return { ...deployment, serverInfo, protocolVersion, tools, offers, lastError: undefined };
}
