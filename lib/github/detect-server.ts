import type * as z from 'zod';
import { invalidField, Problem } from '../kernel/errors/problem.ts';
import { allows, type Caller, isAdmin } from '../kernel/http/caller.ts';
import { newId } from '../kernel/ids.ts';
import { presentTool } from '../tools/present.ts';
import { createSyncedTool, type SyncServices } from '../tools/sync-tool.ts';
import { chooseCredential, type HostAccess, nobody } from './credentials.ts';
import { draftOf } from './detect/draft-of.ts';
import { asking } from './host-problems.ts';
import { readFolder } from './read-repository.ts';
import { readRepositoryUrl, splitRest } from './repository-url.ts';
import type { Detected, DetectServer } from './schema.ts';

export type DetectServices = HostAccess & SyncServices;

/**
 * The draft that a repository's files make, without connecting it; with `create` the draft is made. Public repositories need no token.
 * @throws Problem `validation-error` (address, token, or what the files lack), `forbidden`, `upstream-error`.
 */
export async function detectServer(
  services: DetectServices,
  caller: Caller,
  input: DetectServer,
  { create }: { readonly create: boolean },
): Promise<z.output<typeof Detected>> {
  if (create) assertMayCreate(caller);
  const address = readRepositoryUrl(input.repository_url, services.sourceHost.webHosts);
  const token = input.access_token ?? undefined;
  const credential = await asking(() => chooseCredential(services, address.name, token, isAdmin(caller), nobody));
  const hosted = services.sourceHost.repository(address.name, credential);
  const { repository } = await asking(() => hosted.describe());
  const at =
    address.rest.length > 0
      ? await asking(() => splitRest(hosted, address.rest))
      : { branch: repository.defaultBranch, path: '' };
  const head = await asking(() => hosted.head(at.branch));
  const read = head && (await asking(() => readFolder(hosted, head.sha, at.path)));
  if (!read) throw invalidField(['repository_url'], `Has no folder ${at.path} on ${at.branch}`, 'folder_missing');
  const draft = draftOf({ repository: repository.name, path: at.path, ...read });
  const { name, slug, description, version, config, sources, confidence, reasons } = draft;
  const source = { repository: repository.name, ...at, sha: head.sha, files: [...sources] };
  const tool = create ? await createSyncedTool(services, caller, newId(), { ...draft, source }) : undefined;
  return {
    draft: { name, slug, description, version, config },
    sources: sources.map((file) => ({ file, sha: head.sha })),
    confidence,
    reasons: [...reasons],
    tool: tool ? presentTool(tool) : null,
  };
}

function assertMayCreate(caller: Caller): void {
  if (allows(caller, 'mcps:create')) return;
  throw new Problem('forbidden', {
    detail: 'Requires permission mcps:create.',
    extra: { required_permission: 'mcps:create' },
  });
}
