import * as z from 'zod';
import { Problem } from '../../kernel/errors/problem.ts';
import type { Job, JobDone } from '../../tasks/run-job.ts';
import { repositoryOf } from '../credentials.ts';
import { draftOf } from '../detect/draft-of.ts';
import { changesAfter } from '../host-facts.ts';
import { failureOf } from '../host-problems.ts';
import type { Connection, GithubConnectionStore, GithubQueue, ProposalStore, SeenProposal } from '../ports.ts';
import { readFolder } from '../read-repository.ts';
import { HostError, type HostedRepository, type Proposal, unlessRefused } from '../source-host.ts';
import { compareServed, isUnderWay } from './compare-served.ts';
import type { DraftOfCommit } from './preview-launch.ts';
import { mayAnswer } from './request-review.ts';
import { describePreview, endPreviews, type Previews, runPreviews, type RunPreviewServices } from './run-previews.ts';
import { okLabel, reportOf, type Review, summaryOf, titleOf, verdictOf } from './write-review.ts';

export interface ReviewServices extends RunPreviewServices {
  readonly githubConnections: GithubConnectionStore;
  readonly githubProposals: ProposalStore;
  readonly githubQueue: GithubQueue;
  readonly platformToken: string | undefined;
}

const ReviewInput = z.object({ connection_id: z.uuid(), number: z.int().positive() });

/** A review that died is not waited for longer. */
const claimMs = 120_000;
const lookAgainSeconds = { starting: 5, claimed: 20 };

/**
 * Compares what a pull request's head says of its server with what its base says, and what both offer where they can be started; and writes the result to the pull request: a
 * check, and one comment that is kept up to date. Doing it again writes the same.
 * @throws JobPostponed when the host wants to be asked later; Problem.
 */
export async function runReview(services: ReviewServices, job: Job): Promise<JobDone> {
  const { connection_id, number } = ReviewInput.parse(job.input);
  const connection = await services.githubConnections.find(connection_id);
  if (!connection) return skipped('The repository is not connected any more.');
  try {
    return await review(services, connection, number);
  } catch (error) {
    if (error instanceof HostError && error.kind === 'credential')
      await services.githubConnections.update(connection.id, changesAfter(error));
    throw failureOf(error);
  }
}

const skipped = (message: string): JobDone => ({ result: { status: 'skipped' }, message });
const notAllowed = 'The credential may neither set a check nor comment on pull requests of this repository.';

async function review(services: ReviewServices, connection: Connection, number: number): Promise<JobDone> {
  const { githubProposals, githubQueue } = services;
  const hosted = await repositoryOf(services, connection);
  const proposal = await hosted.proposal(number);
  if (!proposal.isOpen || proposal.baseBranch !== connection.branch) {
    await endPreviews(services, connection, number);
    await githubProposals.remove(connection.id, number);
    return skipped('The pull request is closed, or for another branch.');
  }
  if (!mayAnswer(connection)) return skipped(notAllowed);
  const now = new Date();
  const until = new Date(now.getTime() + claimMs);
  const seen = await githubProposals.claim(connection.id, number, proposal.headSha, { now, until });
  if (!seen) {
    // One comment, however many reviews are asked for at once.
    await githubQueue.send({ kind: 'review', connection_id: connection.id, number }, lookAgainSeconds.claimed);
    return skipped('Another review of it is running; one more follows.');
  }
  try {
    return await write(services, hosted, connection, proposal, seen);
  } finally {
    await githubProposals.release(connection.id, number);
  }
}

async function write(
  services: ReviewServices,
  hosted: HostedRepository,
  connection: Connection,
  proposal: Proposal,
  seen: SeenProposal,
): Promise<JobDone> {
  const { found, previews } = await compareProposal(services, hosted, connection, proposal, seen);
  const detailsUrl = `${services.settings.BASE_URL}/api/v1/github/connections/${connection.id}`;
  const preview =
    previews && 'endpoint' in previews && previews.head.state === 'ready'
      ? describePreview(services.settings.BASE_URL, previews.endpoint)
      : undefined;
  const isReported = await unlessForbidden(services, connection, 'mayReport', () =>
    hosted.report(checkName(connection), reportOf(found, proposal.headSha, detailsUrl)),
  );
  const isCommented = await unlessForbidden(services, connection, 'mayComment', () =>
    hosted.keepComment(proposal.number, markerOf(connection), commentOf(connection, found, proposal, preview)),
  );
  if (!isReported && !isCommented) {
    await endPreviews(services, connection, proposal.number);
    return skipped(notAllowed);
  }
  if (isUnderWay(previews))
    await services.githubQueue.send(
      { kind: 'review', connection_id: connection.id, number: proposal.number },
      lookAgainSeconds.starting,
    );
  return {
    result: { status: 'reviewed', verdict: verdictOf(found), head_sha: proposal.headSha, title: titleOf(found) },
    message: titleOf(found),
  };
}

/**
 * A fine-grained token does not say what it may do: it shows when the host forbids something, and the connection's warnings say so until the next look at the repository.
 * @returns whether it was done.
 */
async function unlessForbidden(
  { githubConnections }: ReviewServices,
  connection: Connection,
  right: 'mayReport' | 'mayComment',
  work: () => Promise<void>,
): Promise<boolean> {
  if (!connection[right]) return false;
  const done = work().then(() => true);
  // The pull request was read, so what is missing is the right: a host may hide what a token may not write.
  return unlessRefused(done, ['forbidden', 'missing'], async () => {
    await githubConnections.update(connection.id, { [right]: false });
    return false;
  });
}

async function compareProposal(
  services: ReviewServices,
  hosted: HostedRepository,
  connection: Connection,
  proposal: Proposal,
  seen: SeenProposal,
): Promise<{ readonly found: Review; readonly previews?: Previews }> {
  const [before, after] = await Promise.all(
    [proposal.baseSha, proposal.headSha].map((sha) => draftAt(hosted, connection, sha)),
  );
  if (after === undefined || after instanceof Problem) {
    await endPreviews(services, connection, proposal.number);
    return {
      found: before instanceof Problem || !after ? { kind: 'no-server' } : { kind: 'broken', detail: after.message },
    };
  }
  const base = before instanceof Problem ? undefined : before;
  const previews = await runPreviews(services, connection, proposal, seen, { before: base, after });
  const isAllowed = proposal.labels.includes(okLabel);
  return { found: { kind: 'compared', isAllowed, ...compareServed(base?.draft, after.draft, previews) }, previews };
}

/** The problem is the author's to read: where the configuration is wrong. */
async function draftAt(
  hosted: HostedRepository,
  { repository, path }: Connection,
  sha: string,
): Promise<DraftOfCommit | Problem> {
  const { files, notes } = (await readFolder(hosted, sha, path)) ?? { files: [], notes: [] };
  try {
    return { draft: draftOf({ repository, path, files, notes }), files };
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

const checkName = ({ path }: Connection): string => (path === '' ? 'MCP contract' : `MCP contract (${path})`);
const markerOf = ({ id }: Connection): string => `<!-- mcp-platform:${id} -->`;

function commentOf(connection: Connection, found: Review, { headSha }: Proposal, preview: string | undefined): string {
  return [
    markerOf(connection),
    `### ${checkName(connection)}: ${titleOf(found)}`,
    '',
    summaryOf(found),
    '',
    ...(preview === undefined ? [] : [preview, '']),
    `<sub>Checked at ${headSha.slice(0, 7)}. Breaking and suspicious changes want a higher version or the label \`${okLabel}\`.</sub>`,
  ].join('\n');
}
