import * as z from 'zod';
import type { UserStore } from '../auth/ports.ts';
import { isFinal } from '../tasks/failure.ts';
import { notFound, Problem } from '../kernel/errors/problem.ts';
import { type Caller, permissionsOf } from '../kernel/http/caller.ts';
import { derivedIds } from '../kernel/ids.ts';
import type { Job, JobDone } from '../tasks/run-job.ts';
import type { RegistryKnowledge } from '../knowledge/tools/keep-document.ts';
import { keepReadme } from '../knowledge/tools/keep-readme.ts';
import { createSyncedTool, type SyncServices, syncTool } from '../tools/sync-tool.ts';
import { type HostAccess, repositoryOf } from './credentials.ts';
import { draftOf } from './detect/draft-of.ts';
import { changesAfter, factsNow } from './host-facts.ts';
import { failureOf } from './host-problems.ts';
import { isBehind, lookAgainLater } from './look-again.ts';
import type { Connection, ConnectionChanges, FileStore, GithubConnectionStore, GithubQueue } from './ports.ts';
import { countChanged, isReadme, readFolder } from './read-repository.ts';
import type { SyncResult } from './schema.ts';
import { HostError } from './source-host.ts';

export interface RunSyncServices extends HostAccess, SyncServices, RegistryKnowledge {
  readonly githubConnections: GithubConnectionStore;
  readonly githubFiles: FileStore;
  readonly githubQueue: GithubQueue;
  readonly users: Pick<UserStore, 'byId'>;
}

const Input = z.object({ connection_id: z.uuid() });
/** Pushes that arrive during a sync are seen by the next round; more than these are left to another task. */
const maxRounds = 3;

/**
 * Brings a connection's tool to what its branch says now. Doing it again changes nothing more: the same commit is no work, the same configuration no revision.
 * @throws JobPostponed when the host wants to be asked later; Problem.
 */
export async function runSync(services: RunSyncServices, job: Job): Promise<JobDone> {
  const { connection_id: id } = Input.parse(job.input);
  const { githubConnections, githubQueue } = services;
  let result: SyncResult | undefined;
  for (let round = 1; round <= maxRounds; round += 1) {
    const connection = await githubConnections.claimSync(id, job.taskId, new Date());
    if (!connection) break;
    await job.step(round * 20, `Reading ${connection.repository}.`);
    const {
      result: found,
      changes,
      lagsBehind,
    } = await syncOnce(services, connection).catch((error: unknown) =>
      giveBack(services, connection, job.taskId, error),
    );
    result = found.status === 'unchanged' && result ? { ...result, last_sync_sha: found.last_sync_sha } : found;
    if (await githubConnections.finishSync(id, job.taskId, connection.wantedGeneration, changes)) {
      if (lagsBehind) await lookAgainLater(services, connection);
      return doneWith(result);
    }
  }
  if (result) {
    await githubConnections.releaseSync(id, job.taskId);
    await githubQueue.send({ kind: 'check', connection_id: id });
  }
  return doneWith(result ?? (await asItIs(services, id)));
}

function doneWith(result: SyncResult): JobDone {
  const short = result.last_sync_sha?.slice(0, 7) ?? 'nothing';
  return {
    result,
    message: result.status === 'unchanged' ? `Nothing has changed since ${short}.` : `In step with ${short}.`,
  };
}

/** Another task has done it. */
async function asItIs({ githubConnections, tools }: RunSyncServices, id: string): Promise<SyncResult> {
  const connection = await githubConnections.find(id);
  if (!connection) throw notFound('connection', id);
  return unchanged(connection, await revisionOf(tools, connection.toolId));
}

interface Synced {
  readonly result: SyncResult;
  readonly changes: ConnectionChanges;
  /** The host does not show the commit of the last push yet. */
  readonly lagsBehind: boolean;
}

async function syncOnce(services: RunSyncServices, connection: Connection): Promise<Synced> {
  const caller = await ownerOf(services, connection);
  const hosted = await repositoryOf(services, connection);
  const head = await hosted.head(`heads/${connection.branch}`);
  const lagsBehind = await isBehind(hosted, connection, head?.sha);
  const seen = {
    lastCheckedAt: new Date(),
    behindBy: 0,
    lastError: undefined,
    status: connection.status === 'archived' ? 'archived' : 'connected',
    ...(!lagsBehind && { expected: undefined }),
  } as const;
  if (!head || head.sha === connection.lastSyncSha) {
    const revision = await revisionOf(services.tools, connection.toolId);
    return { result: unchanged(connection, revision), changes: { ...seen, headEtag: head?.etag }, lagsBehind };
  }
  const facts = await factsNow(hosted, connection);
  const kept = await services.githubFiles.filesOf(connection.id);
  const read = await readFolder(hosted, head.sha, connection.path, kept);
  if (!read)
    throw new Problem('validation-error', {
      detail: `${connection.path || '/'} is no folder at ${head.sha.slice(0, 7)}.`,
    });
  const { branch, path } = connection;
  const { repository } = facts;
  const draft = draftOf({ repository, path, ...read });
  const synced = { ...draft, source: { repository, branch, path, sha: head.sha, files: [...draft.sources] } };
  const toolId = connection.toolId ?? (await createSyncedTool(services, caller, draftIdOf(connection), synced)).id;
  // A draft may have been made by an earlier try, of an earlier commit.
  const tool = await syncTool(services, caller, toolId, synced);
  const readme = read.files.find((file) => isReadme(file.path));
  await keepReadme(services, { id: tool.id, slug: tool.slug, name: tool.name, ownerId: tool.authorId }, readme?.text);
  await services.githubFiles.put(connection.id, read.files);
  return {
    result: {
      status: 'synced',
      files_updated: countChanged(kept, read.files),
      last_sync_sha: head.sha,
      tool_id: tool.id,
      revision: tool.revision,
    },
    changes: {
      ...seen,
      ...facts,
      toolId: tool.id,
      headEtag: head.etag,
      lastSyncSha: head.sha,
      lastSyncedAt: new Date(),
    },
    lagsBehind,
  };
}

/** The draft that a connection without a tool makes: the same one whenever it is made. */
function draftIdOf({ id, createdAt }: Connection): string {
  return derivedIds(id, createdAt.getTime())();
}

function unchanged({ lastSyncSha, toolId }: Connection, revision: number | undefined): SyncResult {
  return {
    status: 'unchanged',
    files_updated: 0,
    last_sync_sha: lastSyncSha ?? null,
    tool_id: toolId ?? null,
    revision: revision ?? null,
  };
}

async function revisionOf(tools: RunSyncServices['tools'], toolId: string | undefined): Promise<number | undefined> {
  return toolId === undefined ? undefined : (await tools.find(toolId))?.revision;
}

/** A sync acts for the connection's owner, with the rights that they have now. */
export async function ownerOf({ users }: Pick<RunSyncServices, 'users'>, { ownerId }: Connection): Promise<Caller> {
  const owner = await users.byId(ownerId);
  if (!owner?.isActive) throw new Problem('forbidden', { detail: "The connection's owner is not active any more." });
  return { userId: owner.id, role: owner.role, permissions: permissionsOf(owner.role) };
}

/** Notes why a sync failed. What would fail the same way again ends the request; the rest is tried again by the task. */
async function giveBack(
  { githubConnections }: RunSyncServices,
  { id, wantedGeneration }: Connection,
  taskId: string,
  error: unknown,
): Promise<never> {
  const problem = failureOf(error);
  const lastError = problem instanceof Problem ? problem.message : 'Something went wrong on our side.';
  const changes = {
    lastCheckedAt: new Date(),
    ...(error instanceof HostError ? changesAfter(error) : { lastError }),
  };
  if (isFinal(problem)) await githubConnections.finishSync(id, taskId, wantedGeneration, changes);
  else await githubConnections.update(id, changes);
  throw problem;
}
