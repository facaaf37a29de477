import { afterAll, describe, expect, it } from 'vitest';
import { connectV1 } from '../mcp/clients.ts';
import { commentOn, openPull, pullHappens, sourceOf, stateOf } from './pulls.ts';
import { startWorld } from './world.ts';

describe('the preview of a pull request', async () => {
  const world = await startWorld();
  const { app, github } = world;
  const ada = await app.signUp();
  const bob = await app.signUp();
  const clients: Awaited<ReturnType<typeof connectV1>>[] = [];
  afterAll(() => Promise.all(clients.map((client) => client.close())));

  /** A connected and synced repository, and the slug of its tool. */
  async function repositoryFor(name: string, files: Readonly<Record<string, string>>) {
    const repository = await github.addRepository(`acme/${name}`, files);
    const { body, text } = await world.connect(ada, {
      repository_url: `https://github.com/acme/${name}`,
      access_token: world.token('admin'),
    });
    const task = await world.sync(ada, body['connection_id']);
    expect(task, text).toMatchObject({ status: 'completed' });
    const { tool_id } = task['result'] as { tool_id: string };
    const tool = await app.call('GET', `/api/v1/mcps/${tool_id}`, { token: ada.token });
    return { repository, id: String(body['connection_id']), toolId: tool_id, slug: String(tool.body['slug']) };
  }
  const comment = ({ repository }: Awaited<ReturnType<typeof repositoryFor>>) =>
    repository.comments.map(({ body }) => body).join('\n===\n');
  const deployments = async (toolId: string) => {
    const { body } = await app.call('GET', `/api/v1/deployments?tool_id=${toolId}`, { token: ada.token });
    return (body['deployments'] as { slug: string; status: string }[]).map(({ slug, status }) => `${slug} ${status}`);
  };
  async function toolsAt(slug: string, token: string): Promise<string[]> {
    const client = await connectV1(`${app.url}/mcp/${slug}/v1`, { authorization: `Bearer ${token}` });
    clients.push(client);
    return (await client.listTools()).tools.map(({ name }) => name);
  }

  it('runs the head for its owner alone, fails the check for a tool that is gone, and ends with the pull request', async () => {
    const one = await repositoryFor('served', sourceOf('served-mcp', ['forecast', 'climate']));
    const pull = await openPull(github, one.repository, sourceOf('served-mcp', ['forecast', 'tides']));
    await expect.poll(() => stateOf(one.repository, pull)).toBe('failure');
    // No success on the way, by which somebody may merge.
    expect(new Set(one.repository.statuses.map(({ state }) => state))).toEqual(new Set(['pending', 'failure']));
    const slug = `${one.slug}--pr-${pull.number}`;
    await expect.poll(() => comment(one)).toContain(`/mcp/${slug}/v1`);
    expect(comment(one)).toMatch(/\| \*\*breaking\*\* \| `climate` \| The tool is gone \|/);
    expect(comment(one)).toMatch(/\| \*\*compatible\*\* \| `tides` \| The tool is new \|/);
    expect(comment(one)).toContain('claude mcp add');
    expect(one.repository.comments).toHaveLength(1);
    expect(await toolsAt(slug, ada.token)).toEqual(['forecast', 'tides']);
    await expect(toolsAt(slug, bob.token)).rejects.toThrow();
    await expect
      .poll(() => deployments(one.toolId))
      .toEqual(expect.arrayContaining([`${slug}-base stopped`, `${slug} running`]));
    // The tool itself was never deployed, and is not by this.
    await expect(toolsAt(one.slug, ada.token)).rejects.toThrow();

    await one.repository.git.commit(pull.branch, sourceOf('served-mcp', ['forecast', 'climate', 'tides']));
    await pullHappens(github, one.repository, pull, 'synchronize');
    await expect.poll(() => stateOf(one.repository, pull)).toBe('success');
    await expect.poll(() => toolsAt(slug, ada.token)).toEqual(['forecast', 'climate', 'tides']);

    pull.state = 'closed';
    await pullHappens(github, one.repository, pull, 'closed');
    await expect
      .poll(() => deployments(one.toolId))
      .toEqual(expect.not.arrayContaining([expect.stringMatching(/running|starting|idle|stopping/)]));
    await expect(toolsAt(slug, ada.token)).rejects.toThrow();
  });

  it('never runs a fork by itself, nor for whoever may not write, nor what was pushed after it was read', async () => {
    const one = await repositoryFor('forked', sourceOf('forked-mcp', ['forecast']));
    one.repository.writers.add('maintainer');
    const fork = { headRepositoryId: 4711 };
    const pull = await openPull(github, one.repository, sourceOf('forked-mcp', ['forecast', 'tides']), fork);
    await expect.poll(() => comment(one)).toMatch(/comes from a fork[^\n]*`\/preview [0-9a-f]{12}`/);
    expect(await deployments(one.toolId)).toEqual([]);
    expect(one.repository.statuses).toMatchObject([{ description: expect.stringContaining('comment /preview') }]);
    const said = /`(\/preview [0-9a-f]{12})`/.exec(comment(one))?.[1] ?? '';

    await commentOn(github, one.repository, pull, 'stranger', said);
    const outcomes = async () => {
      const path = `/api/v1/github/connections/${one.id}/deliveries`;
      const { body } = await app.call('GET', path, { token: ada.token });
      return (body['deliveries'] as { event_type: string; outcome: string | null }[])
        .filter(({ event_type }) => event_type === 'issue_comment')
        .map(({ outcome }) => outcome);
    };
    await expect.poll(outcomes).toEqual([expect.stringContaining('only who may write')]);

    await one.repository.git.commit(pull.branch, sourceOf('forked-mcp', ['forecast', 'malice']));
    await commentOn(github, one.repository, pull, 'maintainer', said);
    await expect.poll(outcomes).toContain('the commit is not the one that was read');
    expect(await deployments(one.toolId)).toEqual([]);

    const head = await one.repository.git.head(pull.branch);
    await commentOn(github, one.repository, pull, 'maintainer', `Looks good.\r\n/preview ${head?.slice(0, 8)}\r\n`);
    const slug = `${one.slug}--pr-${pull.number}`;
    await expect.poll(() => comment(one)).toContain(`/mcp/${slug}/v1`);
    expect(await toolsAt(slug, ada.token)).toEqual(['forecast', 'malice']);
  });

  it('is not started where something secret is asked for, and says so', async () => {
    const readme =
      '```json\n{"mcpServers": {"s": {"command": "npx", "args": ["keyed-mcp"], "env": {"API_KEY": "<your key>"}}}}\n```\n';
    const files = { ...sourceOf('keyed-mcp', ['forecast']), 'README.md': readme };
    const one = await repositoryFor('keyed', files);
    const pull = await openPull(github, one.repository, { ...files, 'server.mjs': '// changed' });
    await expect.poll(() => comment(one)).toContain('It needs API_KEY, and a preview gets no secrets.');
    expect(await stateOf(one.repository, pull)).toBe('success');
    expect(await deployments(one.toolId)).toEqual([]);
  });

  it('that does not start any more fails the check with the reason', async () => {
    const one = await repositoryFor('broken-code', sourceOf('broken-mcp', ['forecast']));
    const files = { ...sourceOf('broken-mcp', ['forecast']), 'server.mjs': 'process.exit(3)' };
    const pull = await openPull(github, one.repository, files);
    await expect.poll(() => comment(one)).toMatch(/Does not start any more/);
    expect(await stateOf(one.repository, pull)).toBe('failure');
  });
});
