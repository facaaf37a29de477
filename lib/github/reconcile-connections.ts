import type { GithubConnectionStore, GithubQueue } from './ports.ts';

/** Each connection is looked at this often; a run of the schedule may come a little early. */
const checkedEveryMs = 9.5 * 60_000;
const mostAtOnce = 1000;

/**
 * Hands every connection to the worker that was not checked for ten minutes or is owed a sync. The hosts send each delivery once: what was lost on the way is
 * found here.
 */
export async function reconcileConnections(
  { githubConnections, githubQueue }: { githubConnections: GithubConnectionStore; githubQueue: GithubQueue },
  now: Date,
): Promise<{ checked: number }> {
  const ids = await githubConnections.due(new Date(now.getTime() - checkedEveryMs), mostAtOnce);
  for (let start = 0; start < ids.length; start += 20)
    await Promise.all(ids.slice(start, start + 20).map((id) => githubQueue.send({ kind: 'check', connection_id: id })));
  return { checked: ids.length };
}
