import type { Connection, GithubConnectionStore, GithubQueue } from './ports.ts';
import type { HostedRepository } from './source-host.ts';

/** The host's API may show a branch's old head for a while after it has sent the push. */
const laggingMs = 5 * 60_000;
const firstPauseSeconds = 5;

/** Whether the head that the host shows comes before the commit of the last push. Pushes may arrive in any order: one that the head has passed is no matter. */
export async function isBehind(
  hosted: HostedRepository,
  { expected }: Pick<Connection, 'expected'>,
  head: string | undefined,
): Promise<boolean> {
  if (!expected || head === undefined || expected.sha === head) return false;
  const distance = await hosted.distance(expected.sha, head);
  return distance === undefined || (distance.behind > 0 && distance.ahead === 0);
}

/** Looks again after 5, 10, 20 … seconds, for five minutes in all after the push. */
export async function lookAgainLater(
  { githubConnections, githubQueue }: { githubConnections: GithubConnectionStore; githubQueue: GithubQueue },
  { id, expected }: Pick<Connection, 'id' | 'expected'>,
): Promise<void> {
  if (!expected) return;
  const passedMs = Date.now() - expected.at.getTime();
  if (passedMs < laggingMs)
    return githubQueue.send(
      { kind: 'check', connection_id: id },
      Math.max(firstPauseSeconds, Math.ceil(passedMs / 1000)),
    );
  const lastError = `The repository's host has not shown the pushed commit ${expected.sha.slice(0, 7)} within five minutes.`;
  await githubConnections.update(id, { expected: undefined, lastError });
}
