import type * as z from 'zod';
import { notFound } from '../kernel/errors/problem.ts';
import { assertOpen } from './assert-open.ts';
import type { RegistryReading } from './list-servers.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { PublishedTool, PublishedVersion } from './ports.ts';
import { namespaceOf, ownNamespace, presentServer } from './present.ts';
import type { ListVersions, ServerList, ServerResponse } from './schema.ts';

type Reading = Omit<RegistryReading, 'cache'>;

/** A page of versions ends where its documents exceed this: some have 200 KB. */
const maxPageBytes = 512 * 1024;

/** The versions in which a server was active, newest first. @throws Problem `not-found`; `validation-error` for a cursor that is none of ours. */
export async function listVersions(
  services: Reading,
  name: string,
  { cursor, limit }: z.output<typeof ListVersions>,
): Promise<ServerList> {
  const tool = await find(services, name);
  const before = cursor === undefined ? undefined : readCursor(cursor);
  const mark = before && { publishedAt: before.at, version: before.key };
  const found = await services.registry.versions(tool.id, mark, limit + 1);
  const page = withinBytes(found.slice(0, limit));
  const last = page.length < found.length ? page.at(-1) : undefined;
  return {
    servers: page.map((version) => presentServer(tool, version, services.settings.BASE_URL)),
    metadata: {
      ...(last && { nextCursor: writeCursor({ at: last.publishedAt, key: last.version }) }),
      count: page.length,
    },
  };
}

/** One version, or the present one as `latest`. @throws Problem `not-found`. */
export async function getVersion(services: Reading, name: string, version: string): Promise<ServerResponse> {
  const tool = await find(services, name);
  const found = version === 'latest' ? tool.latest : await services.registry.version(tool.id, version);
  if (!found) throw notFound('version', version);
  return presentServer(tool, found, services.settings.BASE_URL);
}

/** At least one, so that a reader gets on. */
function withinBytes(versions: readonly PublishedVersion[]): readonly PublishedVersion[] {
  let bytes = 0;
  const fitting = versions.findIndex(({ document }) => {
    bytes += Buffer.byteLength(JSON.stringify(document));
    return bytes > maxPageBytes;
  });
  return fitting === -1 ? versions : versions.slice(0, Math.max(1, fitting));
}

/** Names of this host belong to slugs, whatever a file says. */
async function find({ registry, settings }: Reading, name: string): Promise<PublishedTool> {
  assertOpen(settings);
  const asked = decoded(name);
  const slug = asked.slice(asked.indexOf('/') + 1);
  const isOwn = namespaceOf(asked) === ownNamespace(settings.BASE_URL);
  const found = isOwn
    ? /^[a-z0-9-]+$/.test(slug)
      ? await registry.bySlug(slug)
      : undefined
    : await registry.byName(asked);
  if (!found) throw notFound('server', asked);
  return found;
}

/** Gateways differ in whether they decode a part of the path before they hand it over. */
function decoded(name: string): string {
  try {
    return /%2f/i.test(name) ? decodeURIComponent(name) : name;
  } catch {
    return name;
  }
}
