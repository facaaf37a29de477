import { pointer } from '../kernel/errors/problem.ts';
import type { MovedSecret } from '../secrets/move-secrets.ts';
import type { ToolRecord, ToolSummary } from './ports.ts';
import type { Tool } from './schema.ts';

/** A tool as the API shows it in a list. */
export function presentSummary(tool: ToolSummary): Omit<Tool, 'config'> {
  return {
    id: tool.id,
    name: tool.name,
    slug: tool.slug,
    description: tool.description,
    version: tool.version,
    status: tool.status,
    author_id: tool.authorId,
    revision: tool.revision,
    created_at: tool.createdAt.toISOString(),
    updated_at: tool.updatedAt.toISOString(),
    deleted_at: tool.deletedAt?.toISOString() ?? null,
  };
}

/** With what was moved out of its configuration by this request. */
export function presentTool(tool: ToolRecord, moved: readonly MovedSecret[] = []): Tool {
  return {
    ...presentSummary(tool),
    config: tool.config,
    ...(moved.length > 0 && { secrets_moved: presentMoved(moved) }),
  };
}

/** `path` as a JSON Pointer into the configuration. */
function presentMoved(moved: readonly MovedSecret[]): { path: string; name: string }[] {
  return moved.map(({ path, name }) => ({ path: pointer(path), name }));
}

/** Strong validator: the revision counts every change. */
export function etagOf({ revision }: { readonly revision: number }): string {
  return `"${revision}"`;
}
