import type { SocketOpened } from '../../events/socket-opened.ts';
import type { DeploymentQueue } from '../deployments/ports.ts';
import type { GithubQueue } from '../github/ports.ts';
import type { Runtime } from '../kernel/lambda/runtime.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import type { Probe } from '../kernel/probe.ts';
import type { KnowledgeQueue } from '../knowledge/ports.ts';
import type { ConnectedQueue } from '../live/ports.ts';
import type { Relay } from '../outbox/ports.ts';
import type { JobSender } from '../tasks/ports.ts';
import { queueVariables } from './variables/queues.ts';

interface Services {
  readonly relay: Relay;
  readonly connectedQueue: ConnectedQueue;
  readonly jobs: JobSender;
  readonly deploymentQueue: DeploymentQueue;
  readonly knowledgeQueue: KnowledgeQueue;
  readonly githubQueue: GithubQueue;
  readonly postpone: Runtime['postpone'];
  readonly sqsProbe: Probe;
}

/** The queues of the workers. */
export const use = defineUse({
  variables: queueVariables,
  async build(settings): Promise<Services> {
    const [{ openQueues }, { queueRelay }, { queueDeployments }, { queueJobs }, { queueKnowledge }] = await Promise.all(
      [
        import('../adapters/queue/sqs.ts'),
        import('../adapters/queue/relay.ts'),
        import('../adapters/queue/deployments.ts'),
        import('../adapters/queue/jobs.ts'),
        import('../adapters/queue/knowledge.ts'),
      ],
    );
    const queues = openQueues(settings);
    const prefix = settings.SQS_QUEUE_URL_PREFIX.split('/').at(-1) ?? '';
    return {
      relay: queueRelay(queues),
      connectedQueue: { request: (connection_id) => queues.send('live', { connection_id } satisfies SocketOpened) },
      jobs: queueJobs(queues),
      deploymentQueue: queueDeployments(queues),
      knowledgeQueue: queueKnowledge(queues),
      githubQueue: { send: (event, delaySeconds) => queues.send('github-events', event, delaySeconds) },
      postpone: ({ eventSourceARN, receiptHandle }, seconds) =>
        queues.postpone((eventSourceARN.split(':').at(-1) ?? '').replace(prefix, ''), receiptHandle, seconds),
      sqsProbe: queues.probe('relay'),
    };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    queues: ServicesOfUse<typeof use>;
  }
}
