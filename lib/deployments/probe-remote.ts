import type { Encryptor } from '../secrets/encryptor.ts';
import { connectMcp, McpError } from '../upstream/mcp-client.ts';
import type { McpTool, Offers } from '../upstream/server-answers.ts';
import { type Upstream, UpstreamFailure } from '../upstream/ports.ts';
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
  | { readonly ok: false; readonly reason: string };

/** A real `initialize` and `tools/list` of a remote server. The error says why it did not work, in words for its deployer. */
export async function probeRemote(
  { upstream, encryptor }: { readonly upstream: Upstream; readonly encryptor: Encryptor },
  deployment: Deployment,
): Promise<Probed> {
  const launch = resolveLaunch(deployment, {
    ...deployment.environment,
    ...(await openSecrets(encryptor, deployment)),
  });
  if (launch.kind !== 'remote') throw new Error(`Deployment ${deployment.id} is not of a remote server`);
  try {
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
    if (error instanceof UpstreamFailure) return { ok: false, reason: `The remote server: ${error.message}` };
    if (error instanceof McpError)
      return { ok: false, reason: `The remote server refused: ${error.message.slice(0, maxReason)}` };
    throw error;
  }
}
