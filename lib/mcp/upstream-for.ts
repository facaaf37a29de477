import type { AccountServices } from '../accounts/refresh-account.ts';
import { asAccountOf } from '../accounts/send-as-account.ts';
import type { Caller } from '../kernel/http/caller.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import type { Upstream } from '../upstream/ports.ts';
import type { ServerReplica } from './find-server.ts';

/** The way to a replica in a caller's name: a remote server may want to know them by an account of their own. */
export function upstreamFor(
  services: AccountServices & { readonly settings: BaseSettings },
  { userId }: Pick<Caller, 'userId'>,
  { deployment: { toolId, slug }, endpoint: { url, headers, guarded } }: Pick<ServerReplica, 'deployment' | 'endpoint'>,
): Upstream {
  return guarded ? asAccountOf(services, userId, { toolId, slug, url, headers }) : services.upstream;
}
