import { sortTools, type ToolState } from '../../deployments/approvals.ts';
import type { DeploymentStore, ServedTool, Serving } from '../../deployments/ports.ts';
import type { Caller } from '../../kernel/http/caller.ts';
import type { Params } from '../../upstream/json-rpc.ts';
import { nameOf, uriOf } from './names.ts';

export const listNames = ['tools', 'prompts', 'resources', 'resourceTemplates'] as const;
export type ListName = (typeof listNames)[number];

/** All that a caller may use, in the order in which it is paged, under its name on the endpoint of all. */
export type Offered = Readonly<Record<ListName, readonly Params[]>> & {
  readonly heldBack: readonly { readonly name: string; readonly reason: string }[];
};

/** Why a tool is not let through, for whoever would have called it. */
export const reasons: Readonly<Record<Exclude<ToolState, 'approved'>, string>> = {
  changed: 'its description or schema changed since its owner approved it; it is held back until they approve it again',
  new: 'it came after its owner approved the others; it is held back until they approve it',
  disabled: 'its owner has switched it off',
};

/** Where a caller's calls may lead: their own deployments and the team's, or those to which their key is held. */
export async function servedTo(
  { deployments }: { readonly deployments: DeploymentStore },
  { userId, apiKey }: Caller,
): Promise<Serving[]> {
  const all = await deployments.servedTo(userId);
  const { servers } = apiKey ?? {};
  return servers ? all.filter(({ deployment }) => servers.includes(deployment.slug)) : all;
}

/** Made of what servers said of themselves last, so that no server is waited for, and none is woken. */
export function offeredBy(servings: readonly Serving[]): Offered {
  const each = servings.map((serving) => ({ slug: serving.deployment.slug, serving, ...sortTools(serving) }));
  const offered = (
    member: 'prompts' | 'resources' | 'resourceTemplates',
    rename: (slug: string, item: Params) => Params,
  ) =>
    each.flatMap(({ slug, serving }) => (serving.deployment.offers?.[member] ?? []).map((item) => rename(slug, item)));
  return {
    tools: inOrder(
      'name',
      each.flatMap(({ slug, approved }) => approved.map((tool) => listed(slug, tool))),
    ),
    prompts: inOrder(
      'name',
      offered('prompts', (slug, item) => ({ ...item, name: nameOf(slug, String(item['name'])) })),
    ),
    resources: inOrder(
      'uri',
      offered('resources', (slug, item) => ({ ...item, uri: uriOf(slug, String(item['uri'])) })),
    ),
    resourceTemplates: inOrder(
      'uriTemplate',
      offered('resourceTemplates', (slug, item) => ({
        ...item,
        uriTemplate: uriOf(slug, String(item['uriTemplate'])),
      })),
    ),
    heldBack: each.flatMap(({ slug, heldBack }) =>
      heldBack.map(({ tool, state }) => ({ name: nameOf(slug, tool.name), reason: reasons[state] })),
    ),
  };
}

const keys = { tools: 'name', prompts: 'name', resources: 'uri', resourceTemplates: 'uriTemplate' } as const;
const pageSize = 100;

/**
 * One page of a list. A cursor holds the last key of the page before, so nothing is lost or doubled when servers come and go between two pages.
 * @returns undefined for a cursor that is none.
 */
export function pageOfList(
  list: ListName,
  items: readonly Params[],
  cursor: unknown,
): { readonly items: readonly Params[]; readonly nextCursor?: string } | undefined {
  const key = (item: Params | undefined): string => String(item?.[keys[list]]);
  if (cursor !== undefined && typeof cursor !== 'string') return undefined;
  const after = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString('utf8');
  if (after !== undefined && Buffer.from(after).toString('base64url') !== cursor) return undefined;
  const rest = after === undefined ? items : items.filter((item) => key(item) > after);
  const page = rest.slice(0, pageSize);
  if (rest.length <= pageSize) return { items: page };
  return { items: page, nextCursor: Buffer.from(key(page.at(-1))).toString('base64url') };
}

function inOrder(member: string, items: readonly Params[]): Params[] {
  return items.toSorted((a, b) => (String(a[member]) < String(b[member]) ? -1 : 1));
}

function listed(slug: string, tool: ServedTool): Params {
  // How a server runs it as a task is not passed on.
  const { execution: _, ...rest } = tool;
  return { ...rest, name: nameOf(slug, tool.name), inputSchema: { type: 'object', ...tool.inputSchema } };
}
