import type { ToolChanged } from '../../events/outbox.ts';
import { notFound } from '../kernel/errors/problem.ts';
import { ToolConfig } from '../tools/config.ts';
import { localName } from '../tools/formats/write-server-json.ts';
import { type HistoryReading, readRevisions } from '../tools/read-revisions.ts';
import { assertOpen } from './assert-open.ts';
import type { RegistryReading } from './list-servers.ts';
import type { PublishedTool } from './ports.ts';
import { nameOf, presentServer } from './present.ts';
import type { ServerList, ServerResponse } from './schema.ts';

/** Versions are looked for among so many revisions, newest first. */
const maxRevisions = 500;

type Reading = RegistryReading & HistoryReading;

/**
 * The versions in which a server was active, newest first.
 * @throws Problem `not-found`; `service-unavailable` when older versions are asked for and MongoDB is away.
 */
export async function listVersions(services: Reading, name: string): Promise<ServerList> {
  const published = await find(services, name);
  const servers = (await versionsOf(services, published)).map((version) => present(services, published, version));
  return { servers, metadata: { count: servers.length } };
}

/** One version, or the present one as `latest`. @throws as listVersions. */
export async function getVersion(services: Reading, name: string, version: string): Promise<ServerResponse> {
  const published = await find(services, name);
  const { tool } = published;
  if (version === 'latest' || version === tool.version) return present(services, published, asItIs);
  const found = (await versionsOf(services, published)).find((each) => each.entry?.version === version);
  if (!found) throw notFound('version', version);
  return present(services, published, found);
}

interface Version {
  /** The last revision that had it; undefined for the present one. */
  readonly entry: ToolChanged | undefined;
  /** When it first appeared, as far as the history that was read goes. */
  readonly since: string | undefined;
}

const asItIs: Version = { entry: undefined, since: undefined };

async function find({ registry, settings }: RegistryReading, name: string): Promise<PublishedTool> {
  assertOpen(settings);
  const asked = decoded(name);
  const byName = await registry.byRegistryName(asked);
  if (byName) return byName;
  const slug = asked.slice(asked.indexOf('/') + 1);
  const own =
    localName(slug, settings.BASE_URL) === asked && /^[a-z0-9-]+$/.test(slug) ? await registry.bySlug(slug) : undefined;
  if (!own) throw notFound('server', asked);
  return own;
}

/** Gateways differ in whether they decode a part of the path before they hand it over. */
function decoded(name: string): string {
  try {
    return /%2f/i.test(name) ? decodeURIComponent(name) : name;
  } catch {
    return name;
  }
}

async function versionsOf(services: HistoryReading, { tool }: PublishedTool): Promise<Version[]> {
  const revisions = await readRevisions(services, tool.id, tool.revision, Math.min(maxRevisions, tool.revision));
  const versions = new Map<string, Version>();
  for (const entry of revisions) {
    const { version, snapshot, changed_at: since } = entry;
    if (snapshot.status !== 'active' && version !== tool.version) continue;
    const known = versions.get(version);
    versions.set(version, { entry: known ? known.entry : version === tool.version ? undefined : entry, since });
  }
  return [...versions.values()];
}

function present({ settings }: RegistryReading, published: PublishedTool, { entry, since }: Version): ServerResponse {
  const { tool } = published;
  const baseUrl = settings.BASE_URL;
  const publishedAt = since === undefined ? tool.createdAt : new Date(since);
  const shown = { name: nameOf(published, baseUrl), baseUrl, publishedAt };
  if (!entry) return presentServer(tool, { ...shown, updatedAt: tool.updatedAt, isLatest: true });
  const { revision, version, changed_at, snapshot } = entry;
  const then = { ...tool, ...snapshot, revision, version, config: ToolConfig.parse(snapshot.config) };
  return presentServer(then, { ...shown, updatedAt: new Date(changed_at), isLatest: false });
}
