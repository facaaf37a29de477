import * as z from 'zod';
import {
  HostError,
  type HostCredential,
  type HostedRepository,
  type TreeEntry,
  unlessRefused,
} from '../../github/source-host.ts';
import type { Asked, Client } from './client.ts';
import { grantsOf, RepositoryAnswer, repositoryOf } from './grants.ts';
import { hooksOf } from './hooks.ts';
import { reviewsOf } from './reviews.ts';

const Sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const Tree = z.object({
  tree: z.array(
    z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string(), size: z.int().optional() }),
  ),
});
const Blob = z.object({ content: z.string(), encoding: z.string() });
const Comparison = z.object({ ahead_by: z.int(), behind_by: z.int() });
const Refs = z.array(z.object({ ref: z.string() }));

export function hostedRepository(client: Client, name: string, credential: HostCredential): HostedRepository {
  const [owner = '', repo = ''] = name.split('/');
  const ask = async <S extends z.ZodType>(route: string, schema: S, asked: Asked = {}) => {
    const answer = await client.ask(route, schema, { ...asked, parameters: { owner, repo, ...asked.parameters } });
    if (!answer) throw new HostError('unavailable', 'GitHub answered that nothing changed, unasked.');
    return answer;
  };
  return {
    hasMoved: client.hasMoved,
    async describe() {
      const { data, headers } = await ask('GET /repos/{owner}/{repo}', RepositoryAnswer);
      return { repository: repositoryOf(data), grants: grantsOf(data, headers, credential) };
    },
    async head(ref, etag) {
      const route = 'GET /repos/{owner}/{repo}/commits/{ref}';
      const asked = { etag, accept: 'application/vnd.github.sha', parameters: { owner, repo, ref } };
      const found = client.ask(route, z.union([z.string(), z.object({ sha: Sha })]), asked);
      const answer = await unlessRefused(found, ['refused'], (cause) => {
        const name = ref.replace(/^heads\//, '').slice(0, 100);
        throw new HostError('refused', `The repository has no branch "${name}".`, { cause });
      });
      if (!answer) return undefined;
      const sha = Sha.safeParse(typeof answer.data === 'string' ? answer.data.trim() : answer.data.sha);
      if (!sha.success) throw new HostError('unavailable', 'GitHub named no commit.');
      return { sha: sha.data, etag: answer.headers['etag']?.toString() };
    },
    async folder(commit, path) {
      const tree_sha = path === '' ? commit : `${commit}:${path}`;
      const asked = ask('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', Tree, { parameters: { tree_sha } });
      // A path that is a file is no folder either.
      const answer = await unlessRefused(asked, ['missing', 'refused'], () => undefined);
      return answer?.data.tree.map(entryOf);
    },
    async file(file_sha) {
      const { data } = await ask('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', Blob, { parameters: { file_sha } });
      return Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8');
    },
    async distance(base, of) {
      const parameters = { basehead: `${base}...${of}`, per_page: 1 };
      const asked = ask('GET /repos/{owner}/{repo}/compare/{basehead}', Comparison, { parameters });
      const answer = await unlessRefused(asked, ['missing', 'refused'], () => undefined);
      return answer && { ahead: answer.data.ahead_by, behind: answer.data.behind_by };
    },
    async branches(prefix) {
      const { data } = await ask('GET /repos/{owner}/{repo}/git/matching-refs/{ref}', Refs, {
        parameters: { ref: `heads/${prefix}` },
      });
      return data.map(({ ref }) => ref.replace(/^refs\/heads\//, ''));
    },
    ...hooksOf(ask),
    ...reviewsOf(ask, credential),
  };
}

function entryOf({ path, mode, type, sha, size }: z.output<typeof Tree>['tree'][number]): TreeEntry {
  const kind =
    type === 'tree'
      ? 'folder'
      : type === 'commit' || mode === '160000'
        ? 'submodule'
        : mode === '120000'
          ? 'symlink'
          : 'file';
  return { name: path, kind, sha, size };
}
