import type * as z from 'zod';
import type { Cache } from '../kernel/cache.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { toolSpace } from '../tools/find-page.ts';
import { assertOpen } from './assert-open.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { RegistryStore } from './ports.ts';
import { presentServer } from './present.ts';
import type { ListServers, ServerList } from './schema.ts';

export interface RegistryReading {
  readonly registry: RegistryStore;
  readonly cache: Cache;
  readonly settings: BaseSettings;
}

const pageSeconds = 5;

/**
 * Active tools in the order of their creation, each in its present version; `version` asks for those whose present version it is. With `updated_since` those
 * that were published and are deprecated or deleted now are listed too, with their status.
 * @throws Problem `not-found` while the registry is off; `validation-error` for a cursor that is none of ours.
 */
export async function listServers(
  { registry, cache, settings }: RegistryReading,
  query: z.output<typeof ListServers>,
): Promise<ServerList> {
  assertOpen(settings);
  const baseUrl = settings.BASE_URL;
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const filter = {
    search: query.search,
    updatedSince: query.updated_since === undefined ? undefined : new Date(query.updated_since),
    version: query.version === 'latest' ? undefined : query.version,
  };
  return cache.remember(toolSpace, `registry:${JSON.stringify(query)}`, pageSeconds, async () => {
    const mark = after && { createdAt: after.at, id: after.key };
    const found = await registry.published(filter, mark, query.limit + 1);
    const page = found.slice(0, query.limit);
    const last = found.length > query.limit ? page.at(-1) : undefined;
    return {
      servers: page.map((tool) => presentServer(tool, tool.latest, baseUrl)),
      metadata: {
        ...(last && { nextCursor: writeCursor({ at: last.createdAt, key: last.id }) }),
        count: page.length,
      },
    };
  });
}
