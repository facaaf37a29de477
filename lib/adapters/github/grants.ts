import * as z from 'zod';
import type { HostCredential, HostGrants, Repository } from '../../github/source-host.ts';

export const RepositoryAnswer = z.object({
  id: z.int(),
  full_name: z.string(),
  html_url: z.string().optional(),
  default_branch: z.string().default('main'),
  private: z.boolean().default(false),
  archived: z.boolean().default(false),
  permissions: z.object({ admin: z.boolean().default(false), push: z.boolean().default(false) }).optional(),
});
type RepositoryAnswer = z.output<typeof RepositoryAnswer>;

export function repositoryOf(answer: RepositoryAnswer): Repository {
  return {
    id: answer.id,
    name: answer.full_name,
    url: answer.html_url ?? `https://github.com/${answer.full_name}`,
    defaultBranch: answer.default_branch,
    isPrivate: answer.private,
    isArchived: answer.archived,
  };
}

/**
 * A classic token names its scopes in a header, and the person's role on the repository stands in the answer. A fine-grained one names nothing: what its owner may do,
 * it perhaps may too. An application's rights are those that it was installed with.
 */
export function grantsOf(
  { permissions, private: isPrivate }: RepositoryAnswer,
  headers: Readonly<Record<string, string | number | undefined>>,
  credential: HostCredential,
): HostGrants {
  if (credential.kind === 'anonymous')
    return { installHook: false, reportStatus: false, comment: false, expiresAt: undefined };
  const expiresAt = expiryOf(headers['github-authentication-token-expiration']);
  // An application learns of everything by its one webhook.
  if (credential.kind === 'installation') return { installHook: false, reportStatus: true, comment: true, expiresAt };
  const listed = headers['x-oauth-scopes'];
  const scopes = listed === undefined ? undefined : String(listed).split(/\s*,\s*/);
  const has = (...any: string[]): boolean => scopes === undefined || any.some((scope) => scopes.includes(scope));
  const all = isPrivate ? ['repo'] : ['repo', 'public_repo'];
  return {
    installHook: permissions?.admin === true && has('repo', 'admin:repo_hook', 'write:repo_hook'),
    reportStatus: permissions?.push === true && has(...all, 'repo:status'),
    comment: permissions?.push === true && has(...all),
    expiresAt,
  };
}

/** GitHub writes `2026-01-31 09:30:00 UTC` or `… +0100`. */
function expiryOf(text: string | number | undefined): Date | undefined {
  const at = new Date(String(text ?? ''));
  return Number.isNaN(at.getTime()) ? undefined : at;
}
