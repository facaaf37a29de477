import { describe, expect, it } from 'vitest';
import { applyReport } from '../../../lib/deployments/apply-report.ts';
import type { DeploymentState } from '../../../lib/deployments/ports.ts';
import type { RunnerReport } from '../../../lib/deployments/runner-contract.ts';
import { deployed, deployment, now, replica } from './replicas.ts';

/** A platform with one replica, as far as a report asks it. */
function platformWith(seq: number) {
  const wanted = deployment({ status: 'starting' });
  let state = deployed(
    [wanted],
    [replica({ deploymentId: wanted.id, state: 'initializing', taskId: 't', host: 'h', seq })],
  );
  const services = {
    deployments: {
      byReport: async () => state.replicas[0],
      find: async () => state.deployments[0],
      change: async (_key: unknown, decide: (before: DeploymentState) => Promise<{ state: DeploymentState }>) => {
        const decided = await decide(state);
        state = decided.state;
        return decided;
      },
    },
    relay: { send: async () => undefined },
    deploymentQueue: { due: async () => undefined },
    containers: { describe: async () => [] },
  } as unknown as Parameters<typeof applyReport>[0];
  const report = (of: Pick<RunnerReport, 'seq' | 'state'>) =>
    applyReport(services, 'Bearer token', { at: now.toISOString(), restarts: 0, ...of });
  return { report, status: () => state.deployments[0]?.status };
}

describe('a runner’s report', () => {
  it('moves the deployment', async () => {
    const { report, status } = platformWith(1);
    await report({ seq: 2, state: 'ready' });
    expect(status()).toBe('running');
  });

  it('that arrives after a newer one changes nothing', async () => {
    const { report, status } = platformWith(3);
    for (const seq of [1, 2, 3]) await report({ seq, state: 'ready' });
    expect(status()).toBe('starting');
  });
});
