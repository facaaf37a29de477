import type { GithubQueue } from '../../github/ports.ts';
import type { Queues } from './sqs.ts';

export function queueGithub(queues: Queues): GithubQueue {
  return { send: (event, delaySeconds) => queues.send('github-events', event, delaySeconds) };
}
