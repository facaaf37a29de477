import type * as z from 'zod';
import type { Cache } from '../kernel/cache.ts';
import { invalid } from '../kernel/errors/problem.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';
import { toolSpace } from '../tools/find-page.ts';
import { assertOpen } from './assert-open.ts';
import type { RegistryMark, RegistryStore } from './ports.ts';
import { nameOf, presentServer } from './present.ts';
import type { ListServers, ServerList } from './schema.ts';

export interface RegistryReading {
  readonly registry: RegistryStore;
  readonly cache: Cache;
  readonly settings: BaseSettings;
}

const pageSeconds = 5;

/**
 * Active tools in the order of their creation, each in its present version; `version` asks for those whose present version it is.
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
    const found = await registry.published(filter, after, query.limit + 1);
    const page = found.slice(0, query.limit);
    const last = found.length > query.limit ? page.at(-1) : undefined;
    return {
      servers: page.map((published) => {
        const { createdAt: publishedAt, updatedAt } = published.tool;
        const name = nameOf(published, baseUrl);
        return presentServer(published.tool, { name, baseUrl, publishedAt, updatedAt, isLatest: true });
      }),
      metadata: { ...(last && { nextCursor: writeCursor(last.tool) }), count: page.length },
    };
  });
}

function writeCursor({ createdAt, id }: RegistryMark): string {
  return Buffer.from(`${createdAt.getTime()} ${id}`).toString('base64url');
}

function readCursor(cursor: string): RegistryMark {
  const [, time, id] = /^(\d{1,15}) ([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (time === undefined || id === undefined)
    throw invalid([
      { loc: ['query', 'cursor'], pointer: '/cursor', msg: 'Is no cursor of this registry', type: 'cursor' },
    ]);
  return { createdAt: new Date(Number(time)), id };
}
