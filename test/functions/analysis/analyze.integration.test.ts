import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { CreateTool } from '../../../lib/tools/schema.ts';
import { type App, type SignedUp, startApp } from '../../harness.ts';

let app: App;
let ada: SignedUp;
let bob: SignedUp;
let viewer: SignedUp;
beforeAll(async () => {
  app = await startApp();
  [ada, bob, viewer] = await Promise.all([app.signUp(), app.signUp(), app.signUp('viewer')]);
});

const server = { name: 'files', command: 'npx', args: ['-y', '@acme/files@1.0.0', '/srv/files'] };
const analyze = (what: string, json: object, by: SignedUp = ada) =>
  app.call('POST', `/api/v1/analyze/${what}`, { token: by.token, json });
const task = (id: unknown, by: SignedUp = ada) => app.call('GET', `/api/v1/tasks/${String(id)}`, { token: by.token });
const createTool = async (more: object = {}) => {
  const slug = `tool-${randomBytes(5).toString('hex')}`;
  const json = { name: slug, slug, version: '1.0.0', status: 'active', config: { servers: [server] }, ...more };
  return (await app.call('POST', '/api/v1/mcps', { token: ada.token, json })).body;
};

describe('feasibility', () => {
  it('is accepted at once, and found at its address when it is done', async () => {
    const { status, body, headers } = await analyze('feasibility', { config: { servers: [server] } });
    expect(status).toBe(202);
    expect(body).toEqual({
      task_id: expect.any(String) as unknown,
      status: 'pending',
      message: expect.any(String) as unknown,
    });
    expect(headers.get('location')).toBe(`/api/v1/tasks/${String(body['task_id'])}`);
    await expect.poll(async () => (await task(body['task_id'])).body['status']).toBe('completed');
    expect((await task(body['task_id'])).body).toMatchObject({
      type: 'feasibility',
      progress: 100,
      attempts: 1,
      error: null,
      usage: null,
      result: { is_feasible: true, engine: 'rules', engine_note: 'No model is configured.' },
    });
  });

  it('is answered at once with ?wait', async () => {
    const { status, body } = await analyze('feasibility?wait=20', {
      config: { mcpServers: { a: { command: 'sudo', args: ['a'] } } },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'completed', result: { is_feasible: false } });
    const { score, findings, risks, recommendations } = body['result'] as Record<string, unknown[]> & { score: number };
    expect(score).toBeLessThan(0.5);
    expect(findings).toContainEqual(
      expect.objectContaining({ rule: 'runs-as-root', severity: 'high', path: '/mcpServers/a' }),
    );
    expect(risks?.length).toBeGreaterThan(0);
    expect(recommendations?.length).toBeGreaterThan(0);
  });

  it('of a tool tells the revision that was judged', async () => {
    const tool = await createTool();
    const { body } = await analyze('feasibility?wait=20', { tool_id: tool['slug'] }, bob);
    expect(body['result']).toMatchObject({ tool_id: tool['id'], revision: 1 });
  });

  it('of a tool is shown with the tool, until another revision is judged', async () => {
    const tool = await createTool();
    const read = () => app.call('GET', `/api/v1/mcps/${String(tool['id'])}`, { token: bob.token });
    const before = await read();
    expect(before.body).not.toHaveProperty('analysis');
    const { body } = await analyze('feasibility?wait=20', { tool_id: tool['id'] });
    const { body: shown, headers } = await read();
    expect(shown['analysis']).toMatchObject({
      revision: 1,
      engine: 'rules',
      is_feasible: true,
      task_id: body['task_id'],
    });
    expect(headers.get('etag')).not.toBe(before.headers.get('etag'));
    const change = { token: ada.token, json: { name: 'Renamed' }, headers: { 'if-match': headers.get('etag') ?? '' } };
    expect(await app.call('PUT', `/api/v1/mcps/${String(tool['id'])}`, change)).toMatchObject({ status: 200 });
    expect((await read()).body).toMatchObject({ revision: 2, analysis: { revision: 1 } });
    await analyze('feasibility?wait=20', { tool_id: tool['id'] });
    expect((await read()).body).toMatchObject({ analysis: { revision: 2 } });
    expect(await app.call('PUT', `/api/v1/mcps/${String(tool['id'])}`, change)).toMatchObject({ status: 412 });
  });

  it.each([
    ['an empty configuration', { config: {} }, 400],
    ['neither configuration nor tool', {}, 422],
    ['both', { config: { a: 1 }, tool_id: 'x' }, 422],
    ['a configuration that is no object', { config: [1] }, 422],
    [
      'a configuration that is too deep',
      { config: { a: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown } },
      422,
    ],
    ['a configuration above 256 KB', { config: { text: 'x'.repeat(262_200) } }, 413],
    ['a tool that is not there', { tool_id: 'no-such-tool' }, 404],
  ])('refuses %s', async (_what, json, status) => {
    expect(await analyze('feasibility', json)).toMatchObject({ status });
  });

  it('is not for a viewer', async () => {
    expect(await analyze('feasibility', { config: { a: 1 } }, viewer)).toMatchObject({ status: 403 });
  });

  it.each(['wait=-1', 'wait=26', 'wait=x'])('refuses ?%s', async (query) => {
    expect(await analyze(`feasibility?${query}`, { config: { a: 1 } })).toMatchObject({ status: 422 });
  });
});

describe('improvements', () => {
  it('are at least one, in the shape of the contract', async () => {
    for (const config of [{ servers: [server] }, { tools: [{ name: 'do_stuff' }] }]) {
      const { status, body } = await analyze('improvements?wait=20', {
        tool_name: 'Files',
        description: 'Reads the files of one folder.',
        config,
      });
      expect(status).toBe(200);
      const { improvements } = body['result'] as { improvements: Record<string, string>[] };
      expect(improvements.length).toBeGreaterThan(0);
      for (const { title, priority, effort, impact } of improvements) {
        expect(title?.length).toBeLessThanOrEqual(200);
        expect(['low', 'medium', 'high', 'critical']).toContain(priority);
        expect(['low', 'medium', 'high']).toContain(effort);
        expect(['low', 'medium', 'high']).toContain(impact);
      }
    }
  });

  it('of a tool are the same as of its configuration', async () => {
    const tool = await createTool({ description: 'Reads the files of one folder.' });
    const { body } = await analyze('improvements?wait=20', { tool_id: tool['id'] });
    expect(body['result']).toMatchObject({ engine: 'rules' });
  });
});

describe('a generated configuration', () => {
  const generate = async (requirements: object) => {
    const { status, body } = await analyze('generate-config?wait=20', { requirements });
    expect(status).toBe(200);
    const result = body['result'] as { config: object; notes: string[]; engine: string };
    const tool = {
      name: 'Made',
      slug: `made-${randomBytes(5).toString('hex')}`,
      version: '1.0.0',
      config: result.config,
    };
    expect(CreateTool.safeParse(tool).error?.issues).toBeUndefined();
    expect((await app.call('POST', '/api/v1/mcps', { token: ada.token, json: tool })).status).toBe(201);
    return result;
  };

  it('comes from the closest published server', async () => {
    const word = `zebra${randomBytes(4).toString('hex')}`;
    await createTool({ name: `${word} migration tracker`, config: { servers: [{ ...server, name: word }] } });
    const { config, notes } = await generate({ tool_name: word, capabilities: ['track migration'] });
    expect(config).toMatchObject({ servers: [{ name: word }] });
    expect(notes[0]).toContain(`${word} migration tracker`);
  });

  it('comes from a template when nothing is published', async () => {
    const { config, notes } = await generate({ capabilities: 'remember facts in a graph' });
    expect(config).toMatchObject({ servers: [{ name: 'memory' }] });
    expect(notes.join(' ')).toContain('MEMORY_FILE_PATH');
  });

  it('is a draft of the wished tools when nothing fits', async () => {
    const { config } = await generate({ capabilities: ['Xylophone tuning', 'Xylophone tuning', 'Réglage ♫', '???'] });
    expect(config).toMatchObject({ servers: [], tools: [{ name: 'xylophone_tuning' }, { name: 'reglage' }] });
  });

  it('takes requirements of any form', async () => {
    await generate({ anything: { goes: ['here'] } });
    await generate({
      description: 'Ω'.repeat(10_000),
      capabilities: Array.from({ length: 50 }, () => '💥'.repeat(900)),
    });
    expect(await analyze('generate-config', { requirements: {} })).toMatchObject({ status: 400 });
  });
});

describe('a task', () => {
  it("is its owner's alone", async () => {
    const { body } = await analyze('feasibility?wait=20', { config: { servers: [server] } });
    expect(await task(body['task_id'], bob)).toMatchObject({ status: 404, body: { resource_type: 'task' } });
    expect(await app.call('DELETE', `/api/v1/tasks/${String(body['task_id'])}`, { token: bob.token })).toMatchObject({
      status: 404,
    });
    const list = (by: SignedUp) => app.call('GET', '/api/v1/tasks?page_size=100', { token: by.token });
    expect((await list(ada)).text).toContain(String(body['task_id']));
    expect((await list(bob)).text).not.toContain(String(body['task_id']));
  });

  it('that has ended cannot be cancelled', async () => {
    const { body } = await analyze('feasibility?wait=20', { config: { servers: [server] } });
    expect(await app.call('DELETE', `/api/v1/tasks/${String(body['task_id'])}`, { token: ada.token })).toMatchObject({
      status: 409,
    });
  });

  it('lists by type and status, newest first', async () => {
    const own = await app.signUp();
    for (const what of ['feasibility', 'improvements', 'feasibility'])
      await analyze(`${what}?wait=20`, { config: { servers: [server] } }, own);
    const types = async (query: string) =>
      ((await app.call('GET', `/api/v1/tasks?${query}`, { token: own.token })).body['items'] as { type: string }[]).map(
        ({ type }) => type,
      );
    expect(await types('')).toEqual(['feasibility', 'improvements', 'feasibility']);
    expect(await types('type=improvements')).toEqual(['improvements']);
    expect(await types('status=completed&page_size=2')).toEqual(['feasibility', 'improvements']);
    expect(await types('status=failed')).toEqual([]);
  });

  it('never shows or keeps a secret readable', async () => {
    const secret = ['ghp', randomBytes(18).toString('hex')].join('_');
    const config = { servers: [{ ...server, args: ['--token', secret], env: { GITHUB_TOKEN: secret } }] };
    const { text } = await analyze('feasibility?wait=20', { config });
    expect(text).toContain('secret-in-arguments');
    expect(text).not.toContain(secret);
    expect(app.lines.join('\n')).not.toContain(secret);
  });
});
