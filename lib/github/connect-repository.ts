import type * as z from 'zod';
import { auditEntry } from '../audit/audit-entry.ts';
import { type Caller, isAdmin, owns } from '../kernel/http/caller.ts';
import { invalidField, notFound, Problem } from '../kernel/errors/problem.ts';
import { newId } from '../kernel/ids.ts';
import { currentCorrelation } from '../kernel/log/correlation.ts';
import type { Relay } from '../outbox/ports.ts';
import type { QuotaCounts } from '../quotas/ports.ts';
import type { Quotas } from '../quotas/quotas.ts';
import type { ToolStore } from '../tools/ports.ts';
import {
  chooseCredential,
  type HostAccess,
  hookUrl,
  newWebhookSecret,
  secretContext,
  tokenContext,
} from './credentials.ts';
import { factsOf } from './host-facts.ts';
import { asking } from './host-problems.ts';
import type { Connection, DeliveryStore, GithubConnectionStore } from './ports.ts';
import { presentConnected } from './present.ts';
import { readBranch, readPath, readRepositoryUrl, type RepositoryAddress, splitRest } from './repository-url.ts';
import { type Connected, type ConnectRepository, hookEvents } from './schema.ts';
import { type HostedRepository, hostErrorKinds, unlessRefused } from './source-host.ts';

export interface ConnectServices extends HostAccess {
  readonly githubConnections: GithubConnectionStore;
  readonly deliveries: DeliveryStore;
  readonly tools: Pick<ToolStore, 'find'>;
  readonly relay: Relay;
  readonly settings: { readonly BASE_URL: string };
  readonly quotas: Quotas;
  readonly quotaCounts: QuotaCounts;
}

/**
 * Connects a repository: checks the credential against it, keeps it encrypted, and installs the webhook where the credential may.
 * @throws Problem `validation-error` (address, token, branch, with the host's reason), `not-found` and `forbidden` (the tool), `conflict` (the tool has a
 * connection), `quota-exceeded`, `upstream-error` when the host is away.
 */
export async function connectRepository(
  services: ConnectServices,
  caller: Caller,
  input: ConnectRepository,
): Promise<z.output<typeof Connected>> {
  const address = readRepositoryUrl(input.repository_url, services.sourceHost.webHosts);
  const path = readPath(input.path ?? '');
  const { quotas, quotaCounts } = services;
  const { userId } = caller;
  const count = () => quotaCounts.connections(userId);
  return quotas.within({ name: 'connections', userId, count }, () => connect(services, caller, input, address, path));
}

async function connect(
  services: ConnectServices,
  caller: Caller,
  input: ConnectRepository,
  address: RepositoryAddress,
  path: string,
): Promise<z.output<typeof Connected>> {
  await assertTool(services, caller, input.tool_id ?? undefined);
  const token = input.access_token ?? undefined;
  const credential = await asking(() => chooseCredential(services, address.name, token, isAdmin(caller)));
  const hosted = services.sourceHost.repository(address.name, credential);
  const described = await asking(() => hosted.describe());
  const { repository, grants } = described;
  const at = await watchedPlace(hosted, address, input, path, repository.defaultBranch);
  const id = newId();
  const secret = newWebhookSecret();
  const encrypted = await services.encryptor.encrypt(secret, secretContext(id));
  await services.deliveries.putSecret(repository.id, { connectionId: id, secrets: [encrypted] });
  const hook = { url: hookUrl(services.settings.BASE_URL, id), secret, events: hookEvents };
  // A hook that cannot be installed is pasted by hand; the connection works without, ten minutes behind at most.
  const hookId = grants.installHook
    ? await unlessRefused(hosted.addHook(hook), hostErrorKinds, ({ kind }) => {
        currentCorrelation()?.log.set({ webhook_not_installed: kind });
        return undefined;
      })
    : undefined;
  const now = new Date();
  const connection: Connection = {
    ...nothingYet,
    id,
    ownerId: caller.userId,
    toolId: input.tool_id ?? undefined,
    repositoryId: repository.id,
    ...factsOf(described),
    ...at,
    accessToken: token === undefined ? undefined : await services.encryptor.encrypt(token, tokenContext(id)),
    installationId: credential.kind === 'installation' ? credential.id : undefined,
    webhookSecret: encrypted,
    hookId,
    createdAt: now,
    updatedAt: now,
  };
  const details = { repository: repository.name, branch: at.branch, path: at.path };
  const entry = auditEntry(caller, { action: 'github.connected', target: { type: 'connection', id }, details });
  await services.githubConnections.insert(connection, [entry]);
  await services.relay.send([entry.id]);
  return presentConnected(connection, hook);
}

/** Of a connection that was made just now. */
export const nothingYet = {
  wantedGeneration: 0,
  syncedGeneration: 0,
  previousSecret: undefined,
  syncTaskId: undefined,
  syncClaimedAt: undefined,
  expected: undefined,
  headEtag: undefined,
  lastSyncSha: undefined,
  lastSyncedAt: undefined,
  lastCheckedAt: undefined,
  lastDeliveryAt: undefined,
  behindBy: undefined,
  lastError: undefined,
} as const;

async function assertTool(
  { tools, githubConnections }: ConnectServices,
  caller: Caller,
  toolId: string | undefined,
): Promise<void> {
  if (toolId === undefined) return;
  const tool = await tools.find(toolId);
  if (!tool) throw notFound('tool', toolId);
  if (!owns(caller, tool.authorId))
    throw new Problem('forbidden', {
      detail: 'Only its author or an admin may connect a repository to this tool.',
      extra: { required_permission: 'mcps:update' },
    });
  if (await githubConnections.ofTool(tool.id))
    throw new Problem('conflict', {
      detail: 'The tool is connected to a repository already. Disconnect that one first.',
    });
}

/** The branch and the folder to watch; both must be there. */
async function watchedPlace(
  hosted: HostedRepository,
  { rest }: RepositoryAddress,
  input: ConnectRepository,
  path: string,
  defaultBranch: string,
): Promise<{ branch: string; path: string }> {
  const named = input.branch == null ? undefined : readBranch(input.branch);
  const at =
    named === undefined && rest.length > 0
      ? await asking(() => splitRest(hosted, rest))
      : {
          branch: named ?? defaultBranch,
          path: named === undefined ? '' : rest.slice(named.split('/').length).join('/'),
        };
  const head = await asking(() =>
    unlessRefused(hosted.head(`heads/${at.branch}`), ['missing', 'refused'], () => {
      throw invalidField(['branch'], `The repository has no branch "${at.branch.slice(0, 100)}"`, 'branch_missing');
    }),
  );
  const watched = path === '' ? readPath(at.path) : path;
  if (watched !== '' && head && !(await asking(() => hosted.folder(head.sha, watched))))
    throw invalidField(['path'], `The branch ${at.branch} has no folder ${watched}`, 'folder_missing');
  return { branch: at.branch, path: watched };
}
