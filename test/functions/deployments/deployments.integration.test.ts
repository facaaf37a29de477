import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { createTool, deployed, fixtureServer, stopAll, untilStatus } from './deploy.ts';
import { waitUntil } from '../../wait-until.ts';
import { taskProcesses } from '../../infra/local/ecs/task-processes.ts';

let app: App;
let owner: SignedUp;
let other: SignedUp;
let viewer: SignedUp;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '1000' } });
  [owner, other, viewer] = await Promise.all([app.signUp(), app.signUp(), app.signUp('viewer')]);
});

afterEach(() => stopAll(app, owner.token));

const deployments = '/api/v1/deployments';
const deploy = (token: string, tool_id: string, config: object = {}, query = '') =>
  app.call('POST', `${deployments}${query}`, { token, json: { tool_id, config } });
const callTool = (token: string, slug: string, tool: string, args: object = {}) =>
  app.call('POST', `/mcp/${slug}/v1/tools/${tool}`, { token, json: args });
const textOf = (body: Record<string, unknown>): string => (body['content'] as { text: string }[])[0]?.text ?? '';

describe('a new deployment', () => {
  it('comes from its row to running, with what the server says of itself', async () => {
    const { tool, view } = await deployed(app, owner.token);
    expect(view).toMatchObject({
      tool_id: tool.id,
      tool_name: tool.slug,
      status: 'running',
      phase: 'ready',
      health_status: 'healthy',
      endpoint_url: `${app.url}/mcp/${tool.slug}/v1`,
      server_info: { name: 'fixture', version: '1.2.3' },
      last_error: null,
      restarts: 0,
      metrics: { requests_total: 0, error_rate: null },
    });
    expect((view['tools'] as { name: string }[]).map(({ name }) => name)).toContain('echo');
  });

  it('answers at once with where it will be', async () => {
    const tool = await createTool(app, owner.token);
    const made = await deploy(owner.token, tool.slug);
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe(`${deployments}/${String(made.body['deployment_id'])}`);
    expect(made.body).toMatchObject({
      tool_id: tool.id,
      status: 'starting',
      health_status: 'unknown',
      phase: 'queued',
      endpoint_url: `${app.url}/mcp/${tool.slug}/v1`,
    });
  });

  it('gets its variables and secrets, of which nothing comes back', async () => {
    const server = { ...fixtureServer, env: { TOKEN_TEXT: 'Bearer ${API_TOKEN}' } };
    const config = { environment: { COLOUR: 'blue' }, secrets: { API_TOKEN: 'very-secret-value' } };
    const { tool, id } = await deployed(app, owner.token, config, server);
    const read = async (name: string) => textOf((await callTool(owner.token, tool.slug, 'variable', { name })).body);
    expect(await read('COLOUR')).toBe('blue');
    expect(await read('TOKEN_TEXT')).toBe('Bearer very-secret-value');
    expect(await read('MYSQL_URL')).toBe('(unset)');
    await callTool(owner.token, tool.slug, 'complain', { message: 'my token is very-secret-value' });
    const logs = await app.call('GET', `${deployments}/${id}/logs?lines=50`, { token: owner.token });
    expect(logs.text).toMatch(/my token is \[\w+\]/);
    const shown = await app.call('GET', `${deployments}/${id}`, { token: owner.token });
    expect([shown.text, logs.text, ...app.lines].join('\n')).not.toContain('very-secret-value');
  });

  it('names the variable that is missing', async () => {
    const tool = await createTool(app, owner.token, { ...fixtureServer, env: { KEY: '${API_TOKEN}' } });
    const made = await deploy(owner.token, tool.id);
    expect(made.status).toBe(422);
    expect(made.body['errors']).toMatchObject([{ pointer: '/config/secrets/API_TOKEN', type: 'missing' }]);
  });

  it('names a required variable of a package', async () => {
    const environment_variables = [{ name: 'SERVICE_KEY', is_required: true }];
    const tool = await createTool(app, owner.token, {
      name: 'packaged',
      package: { registry_type: 'npm', identifier: 'some-server', environment_variables },
    });
    const made = await deploy(owner.token, tool.id);
    expect(made.status).toBe(422);
    expect(made.text).toContain('SERVICE_KEY');
  });

  it('is refused for an image', async () => {
    const tool = await createTool(app, owner.token, {
      name: 'image',
      package: { registry_type: 'oci', identifier: 'ghcr.io/acme/server:1' },
    });
    const made = await deploy(owner.token, tool.id);
    expect([made.status, made.body['type']]).toEqual([422, 'urn:mcp-platform:problem:package-not-deployable']);
  });

  it('is one for each tool, however many ask at once', async () => {
    const tool = await createTool(app, owner.token);
    const answers = await Promise.all(Array.from({ length: 5 }, () => deploy(owner.token, tool.id)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409, 409]);
  });

  it('is made by the author or an admin, not by others', async () => {
    const tool = await createTool(app, owner.token);
    expect((await deploy(viewer.token, tool.id)).status).toBe(403);
    expect((await deploy(other.token, tool.id)).status).toBe(403);
  });
});

describe('what goes wrong', () => {
  it.each([
    [
      'a command that exits',
      { name: 'x', command: process.execPath, args: ['-e', 'console.error("no luck"); process.exit(7)'] },
    ],
    ['a command that is not there', { name: 'x', command: '/nowhere/at/all' }],
  ])('is told: %s', async (_what, server) => {
    const { view, tool } = await deployed(app, owner.token, {}, server);
    expect(view['status']).toBe('failed');
    expect(view['last_error']).toMatchObject({ reason: expect.any(String) as unknown });
    expect((await callTool(owner.token, tool.slug, 'echo', { message: 'x' })).status).toBe(404);
  });

  it('lets a server that crashed be started again', async () => {
    const { tool, id } = await deployed(app, owner.token);
    await callTool(owner.token, tool.slug, 'crash');
    await untilStatus(app, owner.token, id, ['running']);
    const again = await callTool(owner.token, tool.slug, 'echo', { message: 'back' });
    expect(textOf(again.body)).toBe('back');
  });
});

describe('a restart', () => {
  it('serves all the while, and ends on another process', async () => {
    const { tool, id } = await deployed(app, owner.token);
    const before = textOf((await callTool(owner.token, tool.slug, 'task')).body);
    expect((await app.call('POST', `${deployments}/${id}/restart`, { token: other.token })).status).toBe(403);
    const restarted = await app.call('POST', `${deployments}/${id}/restart`, { token: owner.token });
    expect([restarted.status, restarted.body['status']]).toEqual([202, 'restarting']);
    let now = before;
    const statuses = new Set<number>();
    for (const deadline = Date.now() + 45_000; now === before && Date.now() < deadline;) {
      const reply = await callTool(owner.token, tool.slug, 'task');
      statuses.add(reply.status);
      if (reply.status === 200) now = textOf(reply.body);
    }
    expect(now).not.toBe(before);
    expect([...statuses]).toEqual([200]);
  });

  it('loses no call of many that come meanwhile', async () => {
    const { tool, id } = await deployed(app, owner.token);
    const before = textOf((await callTool(owner.token, tool.slug, 'task')).body);
    await app.call('POST', `${deployments}/${id}/restart`, { token: owner.token });
    const gone = new AbortController();
    const refused: string[] = [];
    const call = async (): Promise<void> => {
      while (!gone.signal.aborted) {
        const reply = await callTool(owner.token, tool.slug, 'task');
        if (reply.status !== 200) refused.push(reply.text);
      }
    };
    const calls = Array.from({ length: 6 }, call);
    await waitUntil('the former replica is gone', () => taskProcesses(before).length === 0, 90_000, 200).finally(() =>
      gone.abort(),
    );
    await Promise.all(calls);
    expect(refused).toEqual([]);
    expect(textOf((await callTool(owner.token, tool.slug, 'task')).body)).not.toBe(before);
  });
});

describe('a replacement', () => {
  it('takes the place when it is ready, and the former stops', async () => {
    const { tool, id } = await deployed(app, owner.token, { environment: { COLOUR: 'blue' } });
    const made = await deploy(owner.token, tool.id, { environment: { COLOUR: 'green' } }, '?replace=true');
    expect(made.status).toBe(201);
    const next = String(made.body['deployment_id']);
    await untilStatus(app, owner.token, next, ['running']);
    expect(textOf((await callTool(owner.token, tool.slug, 'variable', { name: 'COLOUR' })).body)).toBe('green');
    await untilStatus(app, owner.token, id, ['stopped']);
  });

  it('that fails leaves the former where it is', async () => {
    const { tool, id } = await deployed(app, owner.token);
    await app.call('PUT', `/api/v1/mcps/${tool.id}`, {
      token: owner.token,
      json: { version: '2.0.0', config: { servers: [{ name: 'x', command: process.execPath, args: ['-e', '0'] }] } },
    });
    const made = await deploy(owner.token, tool.id, {}, '?replace=true');
    await untilStatus(app, owner.token, String(made.body['deployment_id']), ['failed']);
    expect((await callTool(owner.token, tool.slug, 'echo', { message: 'still' })).status).toBe(200);
    expect((await untilStatus(app, owner.token, id, ['running']))['deployment_id']).toBe(id);
  });
});

describe('stopping', () => {
  it('ends the endpoint and the process before it answers', async () => {
    const { tool, id } = await deployed(app, owner.token);
    const task = textOf((await callTool(owner.token, tool.slug, 'task')).body);
    expect(taskProcesses(task).length).toBeGreaterThanOrEqual(2);
    expect((await app.call('DELETE', `${deployments}/${id}`, { token: other.token })).status).toBe(403);
    const stopped = await app.call('DELETE', `${deployments}/${id}`, { token: owner.token });
    expect(stopped.status).toBe(200);
    expect(stopped.body).toMatchObject({ deployment_id: id, stopped_at: expect.any(String) as unknown });
    expect(taskProcesses(task)).toEqual([]);
    expect((await callTool(owner.token, tool.slug, 'echo', { message: 'x' })).status).toBe(404);
    expect((await app.call('DELETE', `${deployments}/${id}`, { token: owner.token })).status).toBe(200);
    expect((await app.call('POST', `${deployments}/${id}/restart`, { token: owner.token })).status).toBe(409);
  });

  it('comes with the deletion of the tool, if that is forced', async () => {
    const { tool, id } = await deployed(app, owner.token);
    const refused = await app.call('DELETE', `/api/v1/mcps/${tool.id}`, { token: owner.token });
    expect([refused.status, refused.body['deployment_ids']]).toEqual([409, [id]]);
    expect((await app.call('DELETE', `/api/v1/mcps/${tool.id}`, { token: other.token })).status).toBe(403);
    const forced = await app.call('DELETE', `/api/v1/mcps/${tool.id}?force=true`, { token: owner.token });
    expect(forced.status).toBe(200);
    await untilStatus(app, owner.token, id, ['stopped']);
  });
});

describe('an idle deployment', () => {
  it('is stopped, and woken by the next call', async () => {
    const { tool, id } = await deployed(app, owner.token, { idle_timeout_s: 1 });
    await untilStatus(app, owner.token, id, ['idle']);
    // Where its start takes longer than a call may, the caller is told to come again.
    const woken = await waitUntil('it is awake', async () => {
      const reply = await callTool(owner.token, tool.slug, 'echo', { message: 'awake' });
      return reply.status !== 503 && reply;
    });
    expect(textOf(woken.body)).toBe('awake');
  });
});

describe('a remote server', () => {
  /** A server beside the platform, on another port of this machine. It answers its own token alone. */
  const far = createServer((request, response) => {
    if (request.headers.authorization !== 'Bearer far-secret') return response.writeHead(401).end();
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return request.on('end', () => {
      const { id, method = '' } = JSON.parse(text || '{}') as { id?: number; method?: string };
      if (id === undefined) return response.writeHead(202).end();
      const results: Readonly<Record<string, object>> = {
        initialize: {
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'far', version: '1' },
        },
        'tools/list': { tools: [{ name: 'echo', inputSchema: { type: 'object' } }] },
        'tools/call': { content: [{ type: 'text', text: 'far away' }] },
      };
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }));
    });
  });
  beforeAll(() => new Promise<void>((resolve) => far.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => far.close(resolve)));

  it('is proxied without a task, with the headers that were deployed, also one beside the platform', async () => {
    const url = `http://127.0.0.1:${(far.address() as AddressInfo).port}/mcp`;
    const server = { name: 'remote', url, headers: { Authorization: 'Bearer ${FAR_TOKEN}' } };
    const { tool, id, view } = await deployed(app, owner.token, { secrets: { FAR_TOKEN: 'far-secret' } }, server);
    expect(view).toMatchObject({ status: 'running', server_info: { name: 'far' } });
    expect(textOf((await callTool(owner.token, tool.slug, 'echo')).body)).toBe('far away');
    const health = await app.call('GET', `${deployments}/${id}/health`, { token: owner.token });
    expect(health.body).toMatchObject({ health_status: 'healthy' });
  });

  it.each(['127.0.0.1', 'localhost', '[::1]'])('is not the platform itself, under the name %s', async (hostname) => {
    const url = `http://${hostname}:${new URL(app.url).port}/mcp/any/v1`;
    const tool = await createTool(app, owner.token, { name: 'remote', url });
    const made = await deploy(owner.token, tool.id);
    expect(made.status).toBe(422);
    expect(made.body['errors']).toMatchObject([{ pointer: '/tool_id', type: 'own_address' }]);
  });

  it('that cannot be reached fails with the reason', async () => {
    const { view } = await deployed(app, owner.token, {}, { name: 'remote', url: 'http://127.0.0.1:9/mcp' });
    expect(view).toMatchObject({
      status: 'failed',
      last_error: { reason: 'The remote server: The server cannot be reached' },
    });
  });
});

describe('reading', () => {
  it('lists by status and tool', async () => {
    const { tool, id } = await deployed(app, owner.token);
    const listed = await app.call('GET', `${deployments}?tool_id=${tool.id}&status=running`, { token: viewer.token });
    expect(listed.body).toMatchObject({ total: 1, page: 1, pages: 1, deployments: [{ deployment_id: id }] });
  });

  const healthOf = (id: string, { token }: SignedUp) => app.call('GET', `${deployments}/${id}/health`, { token });

  it('checks the health now, for the owner', async () => {
    const { id } = await deployed(app, owner.token);
    const health = await healthOf(id, owner);
    expect(health.body).toMatchObject({ health_status: 'healthy', replicas: [{ healthy: true, state: 'ready' }] });
    const { body } = await app.call('GET', `${deployments}/${id}`, { token: owner.token });
    expect(body['last_health_check']).toBe(health.body['checked_at']);
  });

  it('tells others how the last check of a deployment for the team ended, and nothing of a private one', async () => {
    const { id } = await deployed(app, owner.token, { access: 'team' });
    const { body } = await healthOf(id, owner);
    expect((await healthOf(id, viewer)).body).toMatchObject({ ...body, replicas: [] });
    const { id: hidden } = await deployed(app, owner.token);
    expect((await healthOf(hidden, viewer)).status).toBe(403);
  });

  it('keeps the logs to the owner', async () => {
    const { id } = await deployed(app, owner.token);
    expect((await app.call('GET', `${deployments}/${id}/logs`, { token: viewer.token })).status).toBe(403);
  });
});
