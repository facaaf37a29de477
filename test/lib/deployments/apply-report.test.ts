import { describe, expect, it } from 'vitest';
import { applyReport } from '../../../lib/deployments/apply-report.ts';
import type { DeploymentState } from '../../../lib/deployments/ports.ts';
import type { RunnerReport } from '../../../lib/deployments/runner-contract.ts';
import type { OutboxEntry } from '../../../lib/outbox/ports.ts';
import { deployed, deployment, now, replica } from './replicas.ts';

/** A platform with one replica, as far as a report asks it. */
function platformWith(seq: number) {
  const wanted = deployment({ status: 'starting' });
  const published: string[] = [];
  let state = deployed(
    [wanted],
    [replica({ deploymentId: wanted.id, state: 'initializing', taskId: 't', host: 'h', seq })],
  );
  const services = {
    deployments: {
      byReport: async () => state.replicas[0],
      find: async () => state.deployments[0],
      change: async (
        _key: unknown,
        decide: (before: DeploymentState) => Promise<{ state: DeploymentState; outbox: OutboxEntry[] }>,
      ) => {
        const decided = await decide(state);
        state = decided.state;
        published.push(...decided.outbox.map(({ message }) => message.kind));
        return decided;
      },
    },
    relay: { send: async () => undefined },
    deploymentQueue: { due: async () => undefined },
    containers: { describe: async () => [] },
  } as unknown as Parameters<typeof applyReport>[0];
  const report = (of: Pick<RunnerReport, 'seq' | 'state' | 'tools'>) =>
    applyReport(services, 'Bearer token', { at: now.toISOString(), restarts: 0, ...of });
  return { report, status: () => state.deployments[0]?.status, published };
}

describe('a runner’s report', () => {
  it('moves the deployment', async () => {
    const { report, status } = platformWith(1);
    await report({ seq: 2, state: 'ready' });
    expect(status()).toBe('running');
  });

  it('of other tools is published although the status is the same', async () => {
    const { report, published } = platformWith(1);
    const tools = (...names: string[]) => names.map((name) => ({ name, inputSchema: {} }));
    await report({ seq: 2, state: 'ready', tools: tools('echo') });
    await report({ seq: 3, state: 'ready', tools: tools('echo') });
    expect(published).toEqual(['deployment-status']);
    await report({ seq: 4, state: 'ready', tools: tools('echo', 'sum') });
    expect(published).toEqual(['deployment-status', 'deployment-status']);
  });

  it('that arrives after a newer one changes nothing', async () => {
    const { report, status } = platformWith(3);
    for (const seq of [1, 2, 3]) await report({ seq, state: 'ready' });
    expect(status()).toBe('starting');
  });
});
