import { undeployable } from '../../deployments/launch.ts';
import type { ServerEntry } from '../../launch/model.ts';
import { readCommand } from '../../launch/read-command.ts';
import { readLaunch } from '../../launch/read-launch.ts';
import { resolve } from '../../launch/resolve.ts';
import { findSecrets } from '../../secrets/find-secrets.ts';
import type { Draft } from '../detect/draft-of.ts';
import { identitiesOf, isSamePackage } from '../detect/identity.ts';
import type { KeptFile } from '../ports.ts';

/** A draft, and the files that it was made of. */
export interface DraftOfCommit {
  readonly draft: Draft;
  readonly files: readonly KeptFile[];
}

/** How a commit's own code is started instead of the package that is published; or why it is not. */
export type PreviewLaunch = { readonly launch: ServerEntry } | { readonly why: string };

/**
 * The server of a draft, started from an archive of its commit: `npx --package=<archive> program` or `uvx --from <archive> program`. Nothing is given to it, so a server that asks
 * for something is not started.
 * @param path the folder of the package in the repository; '' is its root.
 */
export function previewLaunch({ draft, files }: DraftOfCommit, archiveUrl: string, path: string): PreviewLaunch {
  const [server] = draft.config.servers;
  if (!server) return { why: 'No server is described.' };
  const described = readLaunch(server);
  if (described.kind === 'remote') return { why: 'The server runs somewhere else, so there is no code to start.' };
  const refused = undeployable(described);
  if (refused !== undefined) return { why: refused };
  if (findSecrets(server).length > 0) return { why: 'Its configuration holds a secret, and a preview gets none.' };
  const { resolved, bad } = resolve(described, {});
  if (bad.length > 0)
    return { why: `It needs ${bad.map(({ input }) => input.name).join(', ')}, and a preview gets no secrets.` };
  const call = resolved.kind === 'command' ? readCommand(resolved.command, resolved.args) : undefined;
  const identities = identitiesOf(files);
  const own = identities.found.find(
    ({ type, name }) => type === call?.package.type && isSamePackage(type, name, call.package.identifier),
  );
  if (resolved.kind !== 'command' || !call || !own)
    return {
      why: ['This repository does not hold the package that the server is started from.', ...identities.reasons].join(
        ' ',
      ),
    };
  const spec = path === '' ? archiveUrl : `${archiveUrl}#subdirectory=${path}`;
  const program = call.program ?? own.runs;
  const [command, options] = own.type === 'npm' ? ['npx', ['-y', `--package=${spec}`]] : ['uvx', ['--from', spec]];
  return {
    launch: { name: server.name, command, args: [...options, program, ...call.args], env: { ...resolved.env } },
  };
}
