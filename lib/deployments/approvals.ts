import { createHash } from 'node:crypto';
import type { Approvals, Deployment, Serving, ServedTool } from './ports.ts';

/** `changed`: what it says of itself is not what was approved; `new`: it came after the approval of the others; `disabled`: switched off. */
export type OfferState = 'approved' | 'changed' | 'new' | 'disabled';

/** What servers offer, and by which of its members a thing of each kind is known. */
export const offerKinds = {
  tools: 'name',
  prompts: 'name',
  resources: 'uri',
  resourceTemplates: 'uriTemplate',
} as const;
export type OfferKind = keyof typeof offerKinds;
type Offer = Readonly<Record<string, unknown>>;

/** Of a deployment, as its server said it last. */
export function offeredOf({ tools, offers }: Pick<Deployment, 'tools' | 'offers'>, kind: OfferKind): readonly Offer[] {
  return kind === 'tools' ? (tools ?? []) : (offers?.[kind] ?? []);
}

export function offerName(kind: OfferKind, offer: Offer): string {
  return String(offer[offerKinds[kind]]);
}

/** Under which name an approval is kept. A tool that is called like this is held back, and that is all. */
export function approvalKey(kind: OfferKind, name: string): string {
  return kind === 'tools' ? name : JSON.stringify([kind, name]);
}

/** Says of a kind that its things need an approval; tools always do. Deployments of earlier releases have none for the others. */
const markOf = (kind: OfferKind): string => JSON.stringify([kind]);

/** Of all that a client acts on: descriptions, schemas, annotations, whatever the order of their members; not of how large or old a resource is. */
export function fingerprintOf(offer: Offer): string {
  const { size: _size, ...rest } = offer;
  return createHash('sha256')
    .update(JSON.stringify(ordered(rest)))
    .digest('base64url')
    .slice(0, 22);
}

/** What a server offers first is approved by deploying it. */
export function firstApprovals(deployment: Pick<Deployment, 'tools' | 'offers'>, at: Date): Approvals {
  const approvedAt = at.toISOString();
  const kinds = Object.keys(offerKinds) as OfferKind[];
  const marks = kinds.flatMap((kind) =>
    kind === 'tools' ? [] : [[markOf(kind), { fingerprint: undefined, enabled: true, approvedAt }] as const],
  );
  const all = kinds.flatMap((kind) =>
    offeredOf(deployment, kind).map((offer) => {
      const approval = { fingerprint: fingerprintOf(offer), enabled: true, approvedAt };
      return [approvalKey(kind, offerName(kind, offer)), approval] as const;
    }),
  );
  return Object.fromEntries([...marks, ...all]);
}

export function approvalOf(kind: OfferKind, name: string, approvals: Approvals | undefined) {
  const key = approvalKey(kind, name);
  return approvals !== undefined && Object.hasOwn(approvals, key) ? approvals[key] : undefined;
}

export function stateOf(kind: OfferKind, offer: Offer, approvals: Approvals | undefined): OfferState {
  // Before anything was kept, what is there is what was deployed.
  if (approvals === undefined) return 'approved';
  const approval = approvalOf(kind, offerName(kind, offer), approvals);
  if (approval?.enabled === false) return 'disabled';
  if (approval?.fingerprint === undefined)
    return kind === 'tools' || Object.hasOwn(approvals, markOf(kind)) ? 'new' : 'approved';
  return approval.fingerprint === fingerprintOf(offer) ? 'approved' : 'changed';
}

/** What of a kind a server offers and is let through, and what is held back. */
export function sortOffers(
  { deployment, approvals }: Serving,
  kind: OfferKind,
): {
  readonly approved: readonly Offer[];
  readonly heldBack: readonly { readonly name: string; readonly state: Exclude<OfferState, 'approved'> }[];
} {
  const all = offeredOf(deployment, kind).map((offer) => ({ offer, state: stateOf(kind, offer, approvals) }));
  return {
    approved: all.flatMap(({ offer, state }) => (state === 'approved' ? [offer] : [])),
    heldBack: all.flatMap(({ offer, state }) =>
      state === 'approved' ? [] : [{ name: offerName(kind, offer), state }],
    ),
  };
}

/** The names of the tools that are let through. */
export function approvedTools(serving: Serving): string[] {
  return (serving.deployment.tools ?? ([] as readonly ServedTool[]))
    .filter((tool) => stateOf('tools', tool, serving.approvals) === 'approved')
    .map(({ name }) => name);
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, ordered(member)]),
  );
}
