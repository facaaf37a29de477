import { type OfferKind, offerKinds as keys, type OfferState, sortOffers } from '../../deployments/approvals.ts';
import type { DeploymentStore, Serving } from '../../deployments/ports.ts';
import type { Caller } from '../../kernel/http/caller.ts';
import type { Params } from '../../upstream/json-rpc.ts';
import { reachableOf, reachesServer } from '../key-reach.ts';
import { nameOf, uriOf } from './names.ts';

export const listNames = ['tools', 'prompts', 'resources', 'resourceTemplates'] as const;
export type ListName = (typeof listNames)[number];

/** All that a caller may use, in the order in which it is paged, under its name on the endpoint of all. */
export type Offered = Readonly<Record<ListName, readonly Params[]>> & {
  /** By list. */
  readonly heldBack: Readonly<Record<ListName, readonly { readonly name: string; readonly reason: string }[]>>;
};

/** Why something is not let through, for whoever would have used it. */
export const reasons: Readonly<Record<Exclude<OfferState, 'approved'>, string>> = {
  changed: 'its description or schema changed since its owner approved it; it is held back until they approve it again',
  new: 'it came after its owner approved the others; it is held back until they approve it',
  disabled: 'its owner has switched it off',
};

/** Where a caller's calls may lead: their own deployments and the team's, or what of them their key is held to. */
export async function servedTo(
  { deployments }: { readonly deployments: DeploymentStore },
  caller: Caller,
): Promise<Serving[]> {
  const all = await deployments.servedTo(caller.userId);
  return all
    .filter(({ deployment }) => reachesServer(caller, deployment.slug))
    .map((serving) => reachableOf(caller, serving));
}

/** Made of what servers said of themselves last, so that no server is waited for, and none is woken. */
export function offeredBy(servings: readonly Serving[]): Offered {
  const sorted = each((list) => servings.map((serving) => [serving, sortOffers(serving, list)] as const));
  const offered = (list: ListName): Params[] =>
    sorted[list]
      .flatMap(([{ deployment }, { approved }]) => approved.map((offer) => listed(list, deployment.slug, offer)))
      .toSorted((a, b) => (String(a[keys[list]]) < String(b[keys[list]]) ? -1 : 1));
  const heldBack = (list: ListName) =>
    sorted[list].flatMap(([{ deployment }, held]) =>
      held.heldBack.map(({ name, state }) => ({ name: idOf(list, deployment.slug, name), reason: reasons[state] })),
    );
  return {
    ...each(offered),
    heldBack: each(heldBack),
  };
}

function each<T>(of: (list: ListName) => T): Record<ListName, T> {
  return {
    tools: of('tools'),
    prompts: of('prompts'),
    resources: of('resources'),
    resourceTemplates: of('resourceTemplates'),
  };
}

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

/** What a thing is called on this endpoint. */
function idOf(list: OfferKind, slug: string, name: string): string {
  return list === 'tools' || list === 'prompts' ? nameOf(slug, name) : uriOf(slug, name);
}

function listed(list: ListName, slug: string, offer: Params): Params {
  const named = { ...offer, [keys[list]]: idOf(list, slug, String(offer[keys[list]])) };
  if (list !== 'tools') return named;
  const inputSchema = { type: 'object', ...(offer['inputSchema'] as Params | undefined) };
  // The platform makes a task of any call, whatever the server itself can do.
  return { ...named, inputSchema, execution: { taskSupport: 'optional' } };
}
