import type { Caller } from '../kernel/http/caller.ts';
import { changeTool, type ToolWriting } from './change.ts';

/** Soft: the history stays readable, the slug stays taken. */
export async function deleteTool(
  services: ToolWriting,
  caller: Caller,
  idOrSlug: string,
  ifMatch: string | undefined,
): Promise<{ message: string; id: string }> {
  const request = { idOrSlug, ifMatch, type: 'delete', permission: 'mcps:delete' } as const;
  const { id, slug } = await changeTool(services, caller, request, () => ({ deletedAt: new Date() }));
  return { message: `Tool ${slug} is deleted.`, id };
}
