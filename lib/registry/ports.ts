import type { OutboxEntry } from '../outbox/ports.ts';
import type { JsonObject } from '../launch/json.ts';

interface RegistryFilter {
  /** Part of the name, without case. */
  readonly search: string | undefined;
  /** With it, deprecated and deleted servers are found too. */
  readonly updatedSince: Date | undefined;
  readonly version: string | undefined;
}

/** A version of a server, as the registry serves it. */
export interface PublishedVersion {
  readonly version: string;
  readonly revision: number;
  readonly publishedAt: Date;
  readonly updatedAt: Date;
  /** `server.json` without its name. */
  readonly document: JsonObject;
}

/** A tool that is, or was, shown to other registries. */
export interface PublishedTool {
  readonly id: string;
  readonly slug: string;
  readonly status: 'active' | 'deprecated' | 'deleted';
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The name that it came with. */
  readonly cameAs: string | undefined;
  /** Its author was granted the namespace of that name, and no tool had the name before. */
  readonly ownsName: boolean;
  readonly latest: PublishedVersion;
  readonly score:
    | { readonly score: number; readonly isFeasible: boolean; readonly revision: number; readonly analysedAt: Date }
    | undefined;
}

/** Where a page ends. */
interface RegistryMark {
  readonly createdAt: Date;
  readonly id: string;
}

/** What other registries see. */
export interface RegistryStore {
  /** In the order of their creation, from behind `after`. */
  published(filter: RegistryFilter, after: RegistryMark | undefined, limit: number): Promise<PublishedTool[]>;
  /** The active tool that owns this name; where nobody has its namespace, the only one that came with it. */
  byName(name: string): Promise<PublishedTool | undefined>;
  /** The active tool with this slug. */
  bySlug(slug: string): Promise<PublishedTool | undefined>;
  /** Newest first, from behind the version that was published at `before`. */
  versions(
    toolId: string,
    before: { readonly publishedAt: Date; readonly version: string } | undefined,
    limit: number,
  ): Promise<PublishedVersion[]>;
  version(toolId: string, version: string): Promise<PublishedVersion | undefined>;
}

/** A namespace of another registry, and whose tools are served under names in it. */
export interface NamespaceGrant {
  readonly namespace: string;
  readonly userId: string;
  readonly grantedBy: string;
  readonly grantedAt: Date;
}

export interface NamespaceStore {
  /** Whoever had the namespace before has it no longer. */
  put(grant: NamespaceGrant, outbox: readonly OutboxEntry[]): Promise<void>;
  list(window: {
    readonly offset: number;
    readonly limit: number;
  }): Promise<{ readonly items: NamespaceGrant[]; readonly total: number }>;
  /** @returns whether there was one. */
  remove(namespace: string, outbox: readonly OutboxEntry[]): Promise<boolean>;
}
