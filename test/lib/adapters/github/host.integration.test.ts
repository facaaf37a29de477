import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it } from 'vitest';
import { githubHost } from '../../../../lib/adapters/github/host.ts';
import { factsNow } from '../../../../lib/github/host-facts.ts';
import { GithubStandIn } from '../../../fixtures/github/stand-in.ts';

/* GitHub's API, as the rest of the platform sees it. */

const github = await GithubStandIn.start();
afterAll(() => github.stop());
const host = githubHost({ apiUrl: github.url, webUrl: undefined, app: undefined });
const at = (name: string) => host.repository(name, { kind: 'token', token: 'github_pat_x' });
github.tokens.set('github_pat_x', { role: 'read' });

it('follows a rename, and takes no other repository of the former name for it', async () => {
  const repository = await github.addRepository('acme/former', { 'server.json': '{}' });
  github.rename(repository, 'acme/present');
  const hosted = at('acme/former');
  expect(await hosted.head('heads/main')).toMatchObject({ sha: await repository.git.head('main') });
  expect(hosted.hasMoved()).toBe(true);
  expect(await factsNow(hosted, { repositoryId: repository.id })).toMatchObject({ repository: 'acme/present' });
  await github.addRepository('acme/former', { 'server.json': '{}' });
  await expect(factsNow(at('acme/former'), { repositoryId: repository.id })).rejects.toMatchObject({ kind: 'missing' });
});

it('asks no other host, whatever a redirect says', async () => {
  const heard: (string | undefined)[] = [];
  const other = createServer((request, response) => {
    heard.push(request.headers.authorization);
    response.setHeader('content-type', 'application/json').end('{"id": 1, "full_name": "acme/taken"}');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  github.fault = (_, response) => {
    response.writeHead(301, { location: `http://127.0.0.1:${(other.address() as AddressInfo).port}/x` }).end();
    return true;
  };
  await expect(at('acme/taken').describe()).rejects.toMatchObject({ kind: 'elsewhere' });
  github.fault = undefined;
  other.close();
  expect(heard).toEqual([]);
});

it('knows a pull request from a fork, also when the fork is gone', async () => {
  const { git, id, pulls } = await github.addRepository('acme/pulled', { 'server.json': '{}' });
  await git.commit('change', { 'server.json': '[]' });
  const pull = { state: 'open', branch: 'change', base: 'main', labels: [] } as const;
  pulls.push({ ...pull, number: 1, headRepositoryId: id, labels: [] });
  pulls.push({ ...pull, number: 2, headRepositoryId: 4711, labels: [] });
  pulls.push({ ...pull, number: 3, headRepositoryId: undefined, labels: [] });
  const proposals = await Promise.all([1, 2, 3].map((number) => at('acme/pulled').proposal(number)));
  expect(proposals.map(({ isFromFork }) => isFromFork)).toEqual([false, true, true]);
});
