import * as z from 'zod';
import { type HostCredential, type HostedRepository, type Report, unlessRefused } from '../../github/source-host.ts';
import type { Ask } from './hooks.ts';

const Repo = z.object({ id: z.int(), private: z.boolean().nullish() }).nullish();
const Permission = z.object({ permission: z.string() });
const PullRequest = z.object({
  number: z.int(),
  state: z.string(),
  head: z.object({ sha: z.string(), repo: Repo }),
  base: z.object({ sha: z.string(), ref: z.string(), repo: Repo }),
  labels: z.array(z.object({ name: z.string() })).default([]),
});
const Comments = z.array(z.object({ id: z.int(), body: z.string().nullish() }));
const Runs = z.object({ check_runs: z.array(z.object({ id: z.int() })) });

/** A pull request with more comments than this gets its report in a new one. */
const mostCommentPages = 3;

export function reviewsOf(
  ask: Ask,
  credential: HostCredential,
): Pick<HostedRepository, 'proposal' | 'mayWrite' | 'report' | 'keepComment'> {
  return {
    async proposal(pull_number) {
      const { data } = await ask('GET /repos/{owner}/{repo}/pulls/{pull_number}', PullRequest, {
        parameters: { pull_number },
      });
      const { head, base } = data;
      return {
        number: data.number,
        isOpen: data.state === 'open',
        headSha: head.sha,
        baseSha: base.sha,
        baseBranch: base.ref,
        // A fork that is gone has no repository any more.
        isFromFork: head.repo?.id !== base.repo?.id,
        labels: data.labels.map(({ name }) => name),
        isPrivate: base.repo?.private === true,
      };
    },
    async mayWrite(username) {
      const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
      const asked = ask(route, Permission, { parameters: { username } });
      const answer = await unlessRefused(asked, ['missing'], () => undefined);
      return ['admin', 'write'].includes(answer?.data.permission ?? '');
    },
    // Check runs are for applications alone.
    report: (name, report) =>
      credential.kind === 'installation' ? writeRun(ask, name, report) : writeStatus(ask, name, report),
    async keepComment(issue_number, marker, body) {
      const kept = await findComment(ask, issue_number, marker);
      if (kept?.body === body) return;
      await (kept
        ? ask('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', z.unknown(), {
            parameters: { comment_id: kept.id, body },
          })
        : ask('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', z.unknown(), {
            parameters: { issue_number, body },
          }));
    },
  };
}

async function findComment(ask: Ask, issue_number: number, marker: string) {
  for (let page = 1; page <= mostCommentPages; page += 1) {
    const { data } = await ask('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', Comments, {
      parameters: { issue_number, per_page: 100, page },
    });
    const found = data.find(({ body }) => body?.includes(marker));
    if (found || data.length < 100) return found;
  }
  return undefined;
}

async function writeStatus(ask: Ask, context: string, { sha, verdict, title, detailsUrl }: Report): Promise<void> {
  // A commit status knows no middle.
  const state = verdict === 'neutral' ? 'success' : verdict;
  await ask('POST /repos/{owner}/{repo}/statuses/{sha}', z.unknown(), {
    parameters: { sha, context, state, description: title.slice(0, 140), target_url: detailsUrl },
  });
}

/** The commit's run of this name is brought up to date; a second one is not made. */
async function writeRun(ask: Ask, name: string, report: Report): Promise<void> {
  const { data } = await ask('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', Runs, {
    parameters: { ref: report.sha, check_name: name },
  });
  const [kept] = data.check_runs;
  const parameters = {
    name,
    head_sha: report.sha,
    details_url: report.detailsUrl,
    ...(report.verdict === 'pending' ? { status: 'in_progress' } : { status: 'completed', conclusion: report.verdict }),
    output: {
      title: report.title,
      summary: report.summary,
      annotations: report.annotations.slice(0, 50).map(({ path, line, level, message }) => ({
        path,
        start_line: line,
        end_line: line,
        annotation_level: level,
        message,
      })),
    },
  };
  await (kept
    ? ask('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', z.unknown(), {
        parameters: { ...parameters, check_run_id: kept.id },
      })
    : ask('POST /repos/{owner}/{repo}/check-runs', z.unknown(), { parameters }));
}
