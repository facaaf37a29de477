import { invalidField } from '../kernel/errors/problem.ts';
import type { HostedRepository } from './source-host.ts';

export interface RepositoryAddress {
  /** owner/name. */
  readonly name: string;
  /** What follows `/tree/` or `/blob/`: a branch, whose name may have slashes, and a path. */
  readonly rest: readonly string[];
}

const owner = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?(?:_[A-Za-z0-9]+)?$/;
const repository = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

/**
 * The repository that an address names: HTTPS, SSH, `git@host:owner/name`, with `.git`, or a page below it such as `/tree/<branch>/<path>`.
 * @throws Problem `validation-error` about `repository_url`.
 */
export function readRepositoryUrl(text: string, hosts: readonly string[]): RepositoryAddress {
  const url = parse(text.trim());
  if (!url) throw wrong('An address such as https://github.com/owner/name', 'repository_url');
  if (url.password !== '' || (url.username !== '' && url.protocol !== 'ssh:'))
    throw wrong('Send the token as access_token, not within the address', 'credential_in_url');
  if (!hosts.includes(url.host.toLowerCase().replace(/^www\./, '')))
    throw wrong(`The repository must be on ${hosts[0] ?? ''}`, 'repository_host');
  const [ownerName = '', file = '', page, ...rest] = partsOf(url.pathname);
  const name = file.replace(/\.git$/i, '');
  if (!owner.test(ownerName) || !repository.test(name))
    throw wrong('Names no repository: owner and name are expected after the host', 'repository_url');
  // The page of a file stands for the folder of the file.
  return { name: `${ownerName}/${name}`, rest: page === 'tree' ? rest : page === 'blob' ? rest.slice(0, -1) : [] };
}

function parse(text: string): URL | undefined {
  if (/[\s\\\p{C}]/u.test(text)) return undefined;
  const scp = /^(?:[\w.-]+@)([\w.-]+):(?!\/)(.+)$/.exec(text);
  const spelled = scp
    ? `ssh://git@${scp[1]}/${scp[2]}`
    : text.replace(/^git\+/, '').replace(/^(?![a-z][a-z0-9+.-]*:\/\/)/i, 'https://');
  if (!URL.canParse(spelled)) return undefined;
  const url = new URL(spelled);
  return ['https:', 'http:', 'ssh:', 'git:'].includes(url.protocol) ? url : undefined;
}

function partsOf(path: string): string[] {
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    throw wrong('Has a broken percent escape', 'repository_url');
  }
}

function wrong(msg: string, type: string) {
  return invalidField(['repository_url'], msg, type);
}

/** The branch that a person means: without `refs/heads/`; undefined for HEAD, which is the default branch. */
export function readBranch(text: string): string | undefined {
  const name = text.replace(/^refs\/heads\//, '');
  return name === 'HEAD' ? undefined : name;
}

/**
 * A folder within the repository, without slashes around it. '' is the root.
 * @throws Problem `validation-error` about `path` when it leads out of the repository.
 */
export function readPath(text: string): string {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw invalidField(['path'], 'Leads out of the repository', 'repository_path');
  return parts.join('/');
}

/** Of `feature/x/src`, the longest beginning that is a branch; the rest is a path. */
export async function splitRest(
  hosted: HostedRepository,
  rest: readonly string[],
): Promise<{ branch: string; path: string }> {
  const [first = ''] = rest;
  if (rest.length === 1) return { branch: first, path: '' };
  const branches = new Set(await hosted.branches(first));
  for (let length = rest.length; length > 1; length -= 1) {
    const branch = rest.slice(0, length).join('/');
    if (branches.has(branch)) return { branch, path: rest.slice(length).join('/') };
  }
  return { branch: first, path: rest.slice(1).join('/') };
}
