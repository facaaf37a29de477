import * as z from 'zod';
import { Problem } from '../../kernel/errors/problem.ts';
import { type Job, type JobDone, JobPostponed } from '../../tasks/run-job.ts';
import { type HostAccess, repositoryOf } from '../credentials.ts';
import { type Draft, draftOf } from '../detect/draft-of.ts';
import { problemOf } from '../host-problems.ts';
import type { Connection, GithubConnectionStore } from '../ports.ts';
import { readFolder } from '../read-repository.ts';
import { HostError, type HostedRepository, type Proposal } from '../source-host.ts';
import { compareDrafts } from './compare-drafts.ts';
import { okLabel, reportOf, type Review, summaryOf, titleOf, verdictOf } from './write-review.ts';

export interface ReviewServices extends HostAccess {
  readonly githubConnections: GithubConnectionStore;
  readonly settings: { readonly BASE_URL: string };
}

const ReviewInput = z.object({ connection_id: z.uuid(), number: z.int().positive() });

/**
 * Compares what a pull request's head says of its server with what its base says, and writes the result to the pull request: a check, and one comment that is kept
 * up to date. No code of the pull request is run. Doing it again writes the same.
 * @throws JobPostponed when the host wants to be asked later; Problem.
 */
export async function runReview(services: ReviewServices, job: Job): Promise<JobDone> {
  const { connection_id, number } = ReviewInput.parse(job.input);
  const connection = await services.githubConnections.find(connection_id);
  if (!connection?.mayReport) return { result: { status: 'skipped' }, message: 'There is nobody to report to.' };
  try {
    return await review(services, connection, number);
  } catch (error) {
    if (error instanceof HostError && error.kind === 'limited')
      throw new JobPostponed(error.retryAfterSeconds ?? 60, error.message);
    throw problemOf(error);
  }
}

async function review(services: ReviewServices, connection: Connection, number: number): Promise<JobDone> {
  const hosted = await repositoryOf(services, connection);
  const proposal = await hosted.proposal(number);
  if (!proposal.isOpen || proposal.baseBranch !== connection.branch)
    return { result: { status: 'skipped' }, message: 'The pull request is closed, or for another branch.' };
  const found = await compareProposal(hosted, connection, proposal);
  const detailsUrl = `${services.settings.BASE_URL}/api/v1/github/connections/${connection.id}`;
  await hosted.report(checkName(connection), reportOf(found, proposal.headSha, detailsUrl));
  if (connection.mayComment)
    await hosted.keepComment(number, markerOf(connection), commentOf(connection, found, proposal));
  return {
    result: { status: 'reviewed', verdict: verdictOf(found), head_sha: proposal.headSha, title: titleOf(found) },
    message: titleOf(found),
  };
}

async function compareProposal(hosted: HostedRepository, connection: Connection, proposal: Proposal): Promise<Review> {
  const [before, after] = await Promise.all(
    [proposal.baseSha, proposal.headSha].map((sha) => draftAt(hosted, connection, sha)),
  );
  if (after instanceof Problem)
    return before instanceof Problem ? { kind: 'no-server' } : { kind: 'broken', detail: after.message };
  if (after === undefined) return { kind: 'no-server' };
  const comparison = compareDrafts(before instanceof Problem ? undefined : before, after);
  return { kind: 'compared', comparison, isAllowed: proposal.labels.includes(okLabel), ran: undefined };
}

/** The problem is the author's to read: where the configuration is wrong. */
async function draftAt(
  hosted: HostedRepository,
  { repository, path }: Connection,
  sha: string,
): Promise<Draft | Problem> {
  const read = await readFolder(hosted, sha, path);
  try {
    return draftOf({ repository, path, files: read?.files ?? [], notes: read?.notes ?? [] });
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

const checkName = ({ path }: Connection): string => (path === '' ? 'MCP contract' : `MCP contract (${path})`);
const markerOf = ({ id }: Connection): string => `<!-- mcp-platform:${id} -->`;

function commentOf(connection: Connection, found: Review, { headSha }: Proposal): string {
  return [
    markerOf(connection),
    `### ${checkName(connection)}: ${titleOf(found)}`,
    '',
    summaryOf(found),
    '',
    `<sub>For ${headSha.slice(0, 7)}. A pull request with breaking or suspicious changes raises the version, or carries the label \`${okLabel}\`.</sub>`,
  ].join('\n');
}
