import type { ToolRecord } from '../tools/ports.ts';

interface RegistryFilter {
  /** Part of the name, without case. */
  readonly search: string | undefined;
  readonly updatedSince: Date | undefined;
  readonly version: string | undefined;
}

/** A tool that is shown to other registries. */
export interface PublishedTool {
  readonly tool: ToolRecord;
  /** Another active tool was first to have the name that this one came with. */
  readonly nameIsTaken: boolean;
}

/** Where a page ends. */
export interface RegistryMark {
  readonly createdAt: Date;
  readonly id: string;
}

/** Active tools, as other registries see them. */
export interface RegistryStore {
  /** In the order of their creation, from behind `after`. */
  published(filter: RegistryFilter, after: RegistryMark | undefined, limit: number): Promise<PublishedTool[]>;
  /** Active tools that came with this name; the first to have it. */
  byRegistryName(name: string): Promise<PublishedTool | undefined>;
  /** The active tool with this slug. */
  bySlug(slug: string): Promise<PublishedTool | undefined>;
}
