import { submitTask } from '../../tasks/submit-task.ts';
import { type HostAccess, repositoryOf } from '../credentials.ts';
import type { Connection, DeliveryFacts, GithubConnectionStore, GithubQueue, ProposalStore } from '../ports.ts';
import type { QueueSyncServices } from '../request-sync.ts';
import { areStarting } from './run-previews.ts';

export interface RequestReviewServices extends HostAccess, QueueSyncServices {
  readonly githubConnections: GithubConnectionStore;
  readonly githubProposals: ProposalStore;
  readonly githubQueue: GithubQueue;
  readonly deployments: Parameters<typeof areStarting>[0]['deployments'];
}

/** Also a new label or another base branch changes what a review says; a pull request that is closed has no previews any more. */
const reviewed = new Set([
  'opened',
  'synchronize',
  'reopened',
  'labeled',
  'unlabeled',
  'edited',
  'ready_for_review',
  'closed',
]);
const lookAgainSeconds = 5;

export function mayAnswer({ mayReport, mayComment }: Pick<Connection, 'mayReport' | 'mayComment'>): boolean {
  return mayReport || mayComment;
}

export async function handlePullRequest(
  services: QueueSyncServices,
  connection: Connection,
  { action, pull_request: number }: DeliveryFacts,
): Promise<string> {
  if (number === undefined || !reviewed.has(action ?? '')) return 'nothing to do';
  if (!mayAnswer(connection) && action !== 'closed') return 'the token may neither report nor comment';
  await requestReview(services, connection, number);
  return 'review requested';
}

export async function requestReview(
  services: QueueSyncServices,
  { id, ownerId }: Connection,
  number: number,
): Promise<void> {
  await submitTask(services, {
    type: 'github-review',
    queue: 'github',
    ownerId,
    input: { connection_id: id, number },
    message: 'Waiting for a worker.',
  });
}

/** Reviews a pull request once more when its previews have started, or have not in time. */
export async function lookAtReview(services: RequestReviewServices, id: string, number: number): Promise<string> {
  const connection = await services.githubConnections.find(id);
  if (!connection) return 'gone';
  if (await areStarting(services, connection, number)) {
    await services.githubQueue.send({ kind: 'review', connection_id: id, number }, lookAgainSeconds);
    return 'starting';
  }
  await requestReview(services, connection, number);
  return 'review requested';
}

/**
 * `/preview` in a comment lets the code of a fork run, at the commit that the comment names or, without one, at the head that the platform had seen before the comment was written: what
 * is pushed after somebody has read the code is not what they have let run. Who may do so is asked of the host.
 */
export async function handleComment(
  services: RequestReviewServices,
  connection: Connection,
  { pull_request: number, asks_preview: asked }: DeliveryFacts,
): Promise<string> {
  if (number === undefined || !asked) return 'nothing to do';
  const { githubProposals } = services;
  const hosted = await repositoryOf(services, connection);
  if (!(await hosted.mayWrite(asked.by))) return 'only who may write to the repository may ask for a preview';
  const { headSha } = await hosted.proposal(number);
  const seen = await githubProposals.find(connection.id, number);
  const isMeant =
    asked.sha === undefined
      ? seen?.headSha === headSha && seen.headSeenAt.getTime() < Date.parse(asked.at)
      : headSha.startsWith(asked.sha);
  if (!seen || !isMeant) return 'the commit is not the one that was read';
  await githubProposals.approve(connection.id, number, headSha);
  await requestReview(services, connection, number);
  return 'preview requested';
}
