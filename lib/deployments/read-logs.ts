import type * as z from 'zod';
import type { Caller } from '../kernel/http/caller.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import type { Upstream } from '../upstream/ports.ts';
import { findOwnDeployment } from './assert-owner.ts';
import type { DeploymentStore } from './ports.ts';
import { readRunnerLogs } from './runner-client.ts';
import type { DeploymentLogs, ReadLogs } from './schema.ts';
import { maskSecrets, openSecrets } from './secrets.ts';

type Line = z.output<typeof DeploymentLogs>['lines'][number];

/**
 * The last lines of a deployment's servers, oldest first; of one that failed, what it wrote last. The deployment's own secrets do not stand in them.
 * @throws Problem `not-found`, `forbidden`.
 */
export async function readDeploymentLogs(
  services: { readonly deployments: DeploymentStore; readonly upstream: Upstream; readonly encryptor: Encryptor },
  caller: Caller,
  id: string,
  query: z.output<typeof ReadLogs>,
): Promise<z.output<typeof DeploymentLogs>> {
  const deployment = await findOwnDeployment(services.deployments, caller, id, 'deployments:read');
  const secrets = await openSecrets(services.encryptor, deployment);
  const replicas = (await services.deployments.replicasOf(id)).filter(({ endedAt }) => endedAt === undefined);
  const since = query.since === undefined ? undefined : new Date(query.since).toISOString();
  const read = await Promise.all(
    replicas.map(async (replica) => {
      const lines = await readRunnerLogs(services, replica, { lines: query.lines, since });
      return lines.map(({ at, stream, text }): Line => ({ at, replica_id: replica.id, stream, text }));
    }),
  );
  const lines = read.flat().toSorted((a, b) => (a.at ?? '').localeCompare(b.at ?? ''));
  const last = deployment.lastError?.log ?? [];
  const lines_ =
    lines.length > 0 ? lines : last.map((text): Line => ({ at: null, replica_id: null, stream: 'stderr', text }));
  return {
    deployment_id: id,
    lines: lines_
      .slice(-query.lines)
      .map(({ at, replica_id, stream, text }) => ({ at, replica_id, stream, text: maskSecrets(text, secrets) })),
  };
}
