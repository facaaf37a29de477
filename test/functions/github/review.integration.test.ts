import { describe, expect, it } from 'vitest';
import type { HostedFixture, PullRequest } from '../../fixtures/github/model.ts';
import { openPull, pullHappens, stateOf } from './pulls.ts';
import { startWorld } from './world.ts';

const tool = (name: string, schema: object, description = 'Forecasts the weather.') => ({
  name,
  description,
  inputSchema: { type: 'object', ...schema },
});
const place = { properties: { place: { type: 'string' } }, required: ['place'] };

/** A `server.json` with the tools that it offers. */
function described(version: string, tools: readonly object[], variables: readonly object[] = []): string {
  return JSON.stringify(
    {
      name: 'io.github.acme/weather',
      description: 'Forecasts.',
      version,
      packages: [
        {
          registryType: 'npm',
          identifier: '@acme/weather-mcp',
          version,
          transport: { type: 'stdio' },
          environmentVariables: variables,
        },
      ],
      _meta: { 'io.modelcontextprotocol.registry/publisher-provided': { mcp_platform: { tools } } },
    },
    null,
    2,
  );
}

describe('a pull request', async () => {
  const world = await startWorld();
  const { app, github } = world;
  const ada = await app.signUp();
  const base = described('1.0.0', [tool('forecast', place)]);

  async function repositoryFor(name: string, connect: Record<string, unknown> = {}): Promise<HostedFixture> {
    const repository = await github.addRepository(`acme/${name}`, { 'server.json': base });
    const { status, text } = await world.connect(ada, {
      repository_url: `https://github.com/acme/${name}`,
      access_token: world.token('admin'),
      ...connect,
    });
    expect(status, text).toBe(201);
    return repository;
  }

  const open = (repository: HostedFixture, serverJson: string, from: Partial<PullRequest> = {}) =>
    openPull(github, repository, { 'server.json': serverJson }, from);
  const happens = (repository: HostedFixture, pull: PullRequest, action: string) =>
    pullHappens(github, repository, pull, action);
  /** The one comment there is, when it says this; it is written after the status. */
  const comments = async ({ comments: all }: HostedFixture, text: RegExp): Promise<string> => {
    await expect.poll(() => all.map(({ body }) => body)).toEqual([expect.stringMatching(text)]);
    return all[0]?.body ?? '';
  };
  const state = stateOf;

  it('that breaks the contract fails, with one comment that is kept up to date, until the version rises', async () => {
    const repository = await repositoryFor('breaking');
    const pull = await open(
      repository,
      described(
        '1.0.0',
        [
          tool('forecast', {
            ...place,
            required: ['place', 'unit'],
            properties: { ...place.properties, unit: { type: 'string' } },
          }),
        ],
        [{ name: 'API_KEY', isRequired: true }],
      ),
    );
    await expect.poll(() => state(repository, pull)).toBe('failure');
    expect(repository.statuses.at(-1)).toMatchObject({
      context: 'MCP contract',
      description: expect.stringMatching(/^2 breaking/),
    });
    await comments(repository, /breaking[^\n]*API_KEY/);

    await repository.git.commit(pull.branch, {
      'server.json': described('2.0.0', [tool('forecast', place)], [{ name: 'API_KEY', isRequired: true }]),
    });
    await happens(repository, pull, 'synchronize');
    await expect.poll(() => state(repository, pull)).toBe('success');
    await comments(repository, /the version is raised/);
  });

  it('is let through by the label', async () => {
    const repository = await repositoryFor('label');
    const pull = await open(repository, described('1.0.0', []));
    await expect.poll(() => state(repository, pull)).toBe('failure');
    pull.labels.push('mcp-breaking-ok');
    await happens(repository, pull, 'labeled');
    await expect.poll(() => state(repository, pull)).toBe('success');
  });

  it('that only adds passes, from a fork too', async () => {
    const repository = await repositoryFor('adding');
    const pull = await open(repository, described('1.0.0', [tool('forecast', place), tool('climate', {})]), {
      headRepositoryId: 4711,
    });
    await expect.poll(() => state(repository, pull)).toBe('success');
    await comments(repository, /compatible[^\n]*climate/);
  });

  it('that breaks the file fails and is shown the line', async () => {
    const repository = await repositoryFor('broken');
    const pull = await open(repository, '{\n  "name": "io.github.acme/weather",\n  "packages": [,]\n}');
    await expect.poll(() => state(repository, pull)).toBe('failure');
    await comments(repository, /server\.json[^\n]*3/);
  });

  it('cannot format the comment, mention people in it or hide in it', async () => {
    const repository = await repositoryFor('hostile');
    const pull = await open(
      repository,
      described('1.0.0', [
        tool('forecast', place),
        tool('`@everyone`\n# Hello <img src=x>|[a](http://evil.example)', {}, 'x'),
      ]),
    );
    await expect.poll(() => state(repository, pull)).toBeDefined();
    const body = await comments(repository, /forecast|everyone/);
    const outsideCode = body.replaceAll(/`[^`\n]*`/g, '');
    expect(outsideCode).not.toMatch(/@everyone|# Hello|<img|evil/);
  });
});
