import { describe, expect, it } from 'vitest';
import { reconcileState } from '../../../lib/deployments/reconcile-state.ts';
import { deployed, deployment, now, replica } from './replicas.ts';

describe('a deployment that shall run', () => {
  it('gets as many replicas as it wants, once', () => {
    const wanted = deployment({ replicas: 3 });
    expect(reconcileState(deployed([wanted]), now).missing).toHaveLength(3);
    const replicas = [1, 2, 3].map(() => replica({ deploymentId: wanted.id }));
    expect(reconcileState(deployed([wanted], replicas), now).missing).toHaveLength(0);
  });

  it.each([
    ['requested', 'queued'],
    ['provisioning', 'provisioning'],
    ['installing', 'installing'],
    ['initializing', 'initializing'],
  ] as const)('with a replica that is %s is %s', (state, phase) => {
    const wanted = deployment();
    const { deployments } = reconcileState(
      deployed([wanted], [replica({ deploymentId: wanted.id, state, taskId: 't' })]),
      now,
    );
    expect(deployments[0]).toMatchObject({ status: 'starting', phase });
  });

  it('runs when a replica is ready, and is unhealthy while another is not', () => {
    const wanted = deployment({ replicas: 2 });
    const [one, two] = [
      replica({ deploymentId: wanted.id, state: 'ready' }),
      replica({ deploymentId: wanted.id, state: 'unhealthy' }),
    ];
    expect(reconcileState(deployed([wanted], [one, two]), now).deployments[0]).toMatchObject({
      status: 'running',
      phase: 'ready',
      health: 'unhealthy',
    });
    expect(reconcileState(deployed([wanted], [one, { ...two, state: 'ready' }]), now).deployments[0]).toMatchObject({
      health: 'healthy',
    });
  });

  it('is restarting when its only server fell', () => {
    const running = deployment({ status: 'running', phase: 'ready', health: 'healthy' });
    const { deployments } = reconcileState(
      deployed([running], [replica({ deploymentId: running.id, state: 'restarting' })]),
      now,
    );
    expect(deployments[0]).toMatchObject({ status: 'restarting', health: 'unhealthy' });
  });

  it('replaces a lost task, but not for ever', () => {
    const running = deployment({ status: 'running' });
    const lost = () => replica({ deploymentId: running.id, state: 'lost', endedAt: now });
    expect(reconcileState(deployed([running], [lost()]), now).missing).toHaveLength(1);
    const given = reconcileState(deployed([running], [lost(), lost(), lost()]), now);
    expect([given.missing.length, given.deployments[0]?.status]).toEqual([0, 'failed']);
    const later = new Date(now.getTime() + 601_000);
    expect(reconcileState(deployed([running], [lost(), lost(), lost()]), later).missing).toHaveLength(1);
  });

  it('that keeps losing one replica while another serves starts no more of them', () => {
    const running = deployment({ status: 'running', replicas: 2 });
    const ready = replica({ deploymentId: running.id, state: 'ready', taskId: 't' });
    const lost = Array.from({ length: 6 }, () => replica({ deploymentId: running.id, state: 'lost', endedAt: now }));
    expect(reconcileState(deployed([running], [ready, ...lost.slice(1)]), now).missing).toHaveLength(1);
    const { deployments, missing } = reconcileState(deployed([running], [ready, ...lost]), now);
    expect([deployments[0]?.status, deployments[0]?.health, missing]).toEqual(['running', 'unhealthy', []]);
  });

  it('fails with the reason of its runner, and leaves the endpoint', () => {
    const wanted = deployment();
    const lastError = { reason: 'exited with status 1', log: ['no luck'] };
    const ended = replica({ deploymentId: wanted.id, state: 'failed', stoppingAt: now, lastError });
    expect(reconcileState(deployed([wanted], [ended]), now).deployments[0]).toMatchObject({
      status: 'failed',
      active: false,
      lastError,
    });
  });

  it('is idle when its replicas ended for want of calls', () => {
    const running = deployment({ status: 'running' });
    const idle = replica({ deploymentId: running.id, state: 'idle', stoppingAt: now, endedAt: now });
    const { deployments, missing } = reconcileState(deployed([running], [idle]), now);
    expect([deployments[0]?.status, deployments[0]?.active, missing]).toEqual(['idle', true, []]);
  });
});

describe('a restart', () => {
  const restarting = deployment({ status: 'restarting', generation: 2 });
  const former = replica({ deploymentId: restarting.id, state: 'ready', generation: 1, taskId: 'old' });

  it('keeps the former replicas until a new one is ready', () => {
    const begun = replica({ deploymentId: restarting.id, generation: 2, state: 'initializing', taskId: 'new' });
    const meanwhile = reconcileState(deployed([restarting], [former, begun]), now);
    expect(meanwhile.replicas.every(({ stoppingAt }) => stoppingAt === undefined)).toBe(true);
    const done = reconcileState(deployed([restarting], [former, { ...begun, state: 'ready' }]), now);
    expect(done.deployments[0]?.status).toBe('running');
    expect(done.replicas.find(({ id }) => id === former.id)?.stoppingAt).toEqual(now);
  });

  it('that fails leaves the former serving', () => {
    const failed = replica({
      deploymentId: restarting.id,
      generation: 2,
      state: 'failed',
      stoppingAt: now,
      endedAt: now,
    });
    const { deployments, replicas } = reconcileState(deployed([restarting], [former, failed]), now);
    expect(deployments[0]).toMatchObject({ status: 'running', generation: 1, active: true });
    expect(replicas.find(({ id }) => id === former.id)?.stoppingAt).toBeUndefined();
  });
});

describe('a replacement', () => {
  const old = deployment({ status: 'running' });
  const next = deployment({ active: false, replacesId: old.id, deployedAt: new Date(now.getTime() + 1000) });
  const serving = replica({ deploymentId: old.id, state: 'ready', taskId: 'old' });

  it('takes the place when it is ready', () => {
    const ready = replica({ deploymentId: next.id, state: 'ready', taskId: 'new' });
    const { deployments, replicas } = reconcileState(deployed([old, next], [serving, ready]), now);
    expect(deployments.map(({ active, status }) => [active, status])).toEqual([
      [false, 'stopping'],
      [true, 'running'],
    ]);
    expect(replicas.find(({ id }) => id === serving.id)?.stoppingAt).toEqual(now);
  });

  it('changes nothing for the former before that, nor when it fails', () => {
    for (const state of ['initializing', 'failed'] as const) {
      const begun = replica({ deploymentId: next.id, state, ...(state === 'failed' && { endedAt: now }) });
      const { deployments } = reconcileState(deployed([old, next], [serving, begun]), now);
      expect(deployments[0]).toMatchObject({ active: true, status: 'running' });
    }
  });
});

describe('a deployment that shall stop', () => {
  it('asks its tasks to, ends what has none, and is stopped when all have ended', () => {
    const stopping = deployment({ status: 'stopping', active: false });
    const [started, waiting] = [
      replica({ deploymentId: stopping.id, state: 'ready', taskId: 't' }),
      replica({ deploymentId: stopping.id }),
    ];
    const asked = reconcileState(deployed([stopping], [started, waiting]), now);
    expect(asked.replicas.map(({ stoppingAt, endedAt }) => [stoppingAt, endedAt])).toEqual([
      [now, undefined],
      [now, now],
    ]);
    expect(asked.deployments[0]?.status).toBe('stopping');
    const over = reconcileState(deployed([stopping], [{ ...started, endedAt: now }]), now);
    expect(over.deployments[0]).toMatchObject({ status: 'stopped', stoppedAt: now, secrets: undefined });
  });
});

describe('a preview', () => {
  const own = deployment({ status: 'running' });
  const serving = replica({ deploymentId: own.id, state: 'ready', taskId: 'own' });

  it('takes nobody’s place but that of the same preview', () => {
    const former = deployment({ status: 'running', preview: 'pr-1' });
    const other = deployment({ status: 'running', preview: 'pr-2' });
    const next = deployment({ active: false, preview: 'pr-1', deployedAt: new Date(now.getTime() + 1000) });
    const ready = [former, other, next].map(({ id }) => replica({ deploymentId: id, state: 'ready', taskId: id }));
    const { deployments } = reconcileState(deployed([own, former, other, next], [serving, ...ready]), now);
    expect(deployments.map(({ active, status }) => [active, status])).toEqual([
      [true, 'running'],
      [false, 'stopping'],
      [true, 'running'],
      [true, 'running'],
    ]);
  });
});
