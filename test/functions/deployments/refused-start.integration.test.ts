import { beforeAll, expect, test } from 'vitest';
import { discover } from '../../../infra/discover.ts';
import { ecsContainers } from '../../../lib/adapters/containers/ecs.ts';
import { reconcile } from '../../../lib/deployments/run-deployment.ts';
import { currentRuntime } from '../../../lib/kernel/lambda/runtime.ts';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { startRefusingEcs } from './refusing-ecs.ts';
import { createTool } from './deploy.ts';

/* A start that AWS refuses ends with the deployment failed and a reason, however AWS says it. */

let app: App;
let owner: SignedUp;
beforeAll(async () => {
  const functions = await discover();
  // The worker is this file's own, with a cluster that refuses.
  const others = functions.filter(({ id }) => !['run-deployment', 'sweep-deployments'].includes(id));
  app = await startApp({ functions: others, env: { RATE_LIMIT_SCALE: '1000' } });
  owner = await app.signUp();
});

async function deployOn(refusal: { readonly type: string; readonly message: string } | 'nobody') {
  const ecs = refusal === 'nobody' ? undefined : await startRefusingEcs(refusal);
  const services = await currentRuntime().services([
    'mysql',
    'queues',
    'secrets',
    'containers',
    'upstream',
    'settings',
  ]);
  const containers = ecsContainers({
    region: 'us-east-1',
    endpoint: ecs?.url ?? 'http://127.0.0.1:9',
    cluster: 'mcp',
    taskDefinition: 'runner',
    container: 'runner',
    subnets: ['subnet-1'],
    securityGroups: [],
  });
  const due: (number | undefined)[] = [];
  const deploymentQueue = { due: async (_: string, delay?: number) => void due.push(delay) };
  const { id: tool_id, slug } = await createTool(app, owner.token);
  const made = await app.call('POST', '/api/v1/deployments', { token: owner.token, json: { tool_id } });
  const id = String(made.body['deployment_id']);
  const requestedAgo = (seconds: number) =>
    services.deployments.change({ deploymentId: id }, (state) => ({
      state: {
        ...state,
        replicas: state.replicas.map((each) => ({ ...each, startedAt: new Date(Date.now() - seconds * 1000) })),
      },
      outbox: [],
    }));
  return {
    slug,
    due,
    requests: () => ecs?.requests ?? [],
    requestedAgo,
    work: () => reconcile({ ...services, containers, deploymentQueue }, id),
    view: async () => (await app.call('GET', `/api/v1/deployments/${id}`, { token: owner.token })).body,
  };
}

test.each([
  [
    'a quota that is used up',
    {
      type: 'ThrottlingException',
      message: "You've reached the limit on the number of vCPUs you can run concurrently",
    },
    100,
    "The cluster had no room for the task: the account's quota is used up.",
  ],
  ['a cluster that nobody reaches', 'nobody' as const, 700, 'The cluster does not answer.'],
])(
  '%s is tried again later without an error, and fails the deployment when its time is up',
  async (_, refusal, seconds, reason) => {
    const deployment = await deployOn(refusal);
    await expect(deployment.work()).resolves.toBeDefined();
    expect(deployment.due).toEqual([5]);
    expect(await deployment.view()).toMatchObject({ status: 'starting', last_error: null });
    await deployment.requestedAgo(seconds);
    await expect(deployment.work()).resolves.toBeDefined();
    expect(deployment.due).toEqual([5]);
    expect(await deployment.view()).toMatchObject({ status: 'failed', last_error: { reason } });
  },
);

test.each([
  [
    'AccessDeniedException',
    'User: arn:aws:sts::123456789012:assumed-role/x is not authorized',
    'the platform lacks a permission',
  ],
  ['ClientException', 'TaskDefinition is inactive', "the runner's task definition is not active"],
  ['InvalidParameterException', 'The subnet ID subnet-1 does not exist', 'its network has no place for it'],
  ['PlatformUnknownException', 'x', 'PlatformUnknownException'],
])('%s fails the deployment at once, with a reason that names no account', async (type, message, reason) => {
  const deployment = await deployOn({ type, message });
  await deployment.work();
  expect(deployment.due).toEqual([]);
  const view = await deployment.view();
  expect(view).toMatchObject({
    status: 'failed',
    last_error: { reason: `The cluster refused the task: ${reason}.` },
  });
  expect(JSON.stringify(view)).not.toContain('123456789012');
});

test('a task carries whose it is and what it serves, so that the bill can be sorted', async () => {
  const deployment = await deployOn({ type: 'ClientException', message: 'x' });
  await deployment.work();
  expect(deployment.requests()).toEqual([
    expect.objectContaining({
      enableECSManagedTags: true,
      tags: [
        { key: 'owner', value: owner.id },
        { key: 'slug', value: deployment.slug },
      ],
    }),
  ]);
});
