import { describe, expect, it } from 'vitest';
import { scheduledEvent } from '../../../infra/local/gateway/clock.ts';
import type { HostedFixture, PullRequest } from '../../fixtures/github/model.ts';
import { openPull, pullHappens, stateOf } from './pulls.ts';
import { waitUntil } from '../../wait-until.ts';
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
      description: '2 breaking changes. Raise the version, or set the label mcp-breaking-ok.',
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

  describe('under a token that turns out not to be allowed', () => {
    const additive = described('1.0.0', [tool('forecast', place), tool('climate', {})]);
    /** A connection by a fine-grained token, which does not say beforehand what it lacks. */
    async function lacking(name: string, lacks: RegExp) {
      const repository = await github.addRepository(`acme/${name}`, { 'server.json': base });
      github.tokens.set(`github_pat_${name}`, { role: 'admin', lacks });
      const { body } = await world.connect(ada, {
        repository_url: `https://github.com/acme/${name}`,
        access_token: `github_pat_${name}`,
      });
      expect(body['warnings']).toEqual([]);
      const id = String(body['connection_id']);
      await world.sync(ada, id);
      return { repository, id };
    }
    const asked = (what: RegExp) => github.requests.filter((request) => what.test(request)).length;
    const reviews = async () => {
      const { body } = await app.call('GET', '/api/v1/tasks?type=github-review', { token: ada.token });
      return body['items'] as Record<string, unknown>[];
    };
    const isTold = async (id: string, warning: string): Promise<void> => {
      const told = { status: 'connected', last_error: null, warnings: [expect.stringContaining(warning)] };
      await expect.poll(() => world.connection(ada, id)).toMatchObject(told);
    };

    it('to write commit statuses, the check is a comment alone; GitHub is not asked again', async () => {
      const { repository, id } = await lacking('no-statuses', /^POST statuses/);
      const pull = await open(repository, additive);
      await comments(repository, /compatible[^\n]*climate/);
      await isTold(id, 'may not write commit statuses');
      await repository.git.commit(pull.branch, { 'server.json': base });
      await happens(repository, pull, 'synchronize');
      await comments(repository, /The contract is unchanged/);
      expect(asked(/^POST \/repos\/acme\/no-statuses\/statuses/)).toBe(1);
    });

    it('to comment, the check is a status alone', async () => {
      const { repository, id } = await lacking('no-comments', /^(POST|GET) issues/);
      const pull = await open(repository, additive);
      await isTold(id, 'Comments are not allowed');
      expect(await state(repository, pull)).toBe('success');
      expect(await world.sync(ada, id)).toMatchObject({ status: 'completed' });
    });

    it('to do either, nothing is written, the review ends, and its owner reads why', async () => {
      const { repository, id } = await lacking('neither', /^(POST|GET) (issues|statuses)/);
      const pull = await open(repository, additive);
      await isTold(id, 'pull requests get no contract check');
      await waitUntil('the review is over', async () =>
        (await reviews()).some(
          ({ status, message }) => status === 'completed' && /neither set a check nor comment/.test(String(message)),
        ),
      );
      const before = github.requests.length;
      await happens(repository, pull, 'synchronize');
      const outcomes = async () => {
        const { body } = await app.call('GET', `/api/v1/github/connections/${id}/deliveries`, { token: ada.token });
        return (body['deliveries'] as Record<string, unknown>[]).map(({ outcome }) => outcome);
      };
      await expect.poll(outcomes).toEqual(['the token may neither report nor comment', 'review requested']);
      expect(github.requests).toHaveLength(before);
      expect(repository.comments).toEqual([]);
    });

    it('to read any more, the review fails once and the connection says why', async () => {
      const { repository, id } = await lacking('revoked', /never/);
      github.tokens.delete('github_pat_revoked');
      await open(repository, additive);
      await expect
        .poll(() => world.connection(ada, id))
        .toMatchObject({ status: 'unauthorized', last_error: expect.stringContaining('refuses the token') });
    });
  });

  it('is reviewed in the end though GitHub is away for a moment when the result is written', async () => {
    const repository = await repositoryFor('away');
    const faults = [500, 429];
    github.fault = ({ method, url = '' }, response) => {
      const code = method === 'POST' && url.includes('/acme/away/statuses') ? faults.shift() : undefined;
      if (code !== undefined) response.writeHead(code, { 'retry-after': '1' }).end('{}');
      return code !== undefined;
    };
    const pull = await open(repository, described('1.0.0', [tool('forecast', place), tool('climate', {})]));
    await waitUntil(
      'the status is written',
      async () => {
        await app.invoke('sweep-tasks', scheduledEvent('sweep-tasks', new Date()));
        return (await state(repository, pull)) === 'success';
      },
      60_000,
    );
    github.fault = undefined;
    expect(repository.statuses).toHaveLength(1);
  });
});
