import { createHash } from 'node:crypto';
import type { Approvals, Serving, ServedTool } from './ports.ts';

/** `changed`: what it says of itself is not what was approved; `new`: it came after the approval of the others; `disabled`: switched off. */
export type ToolState = 'approved' | 'changed' | 'new' | 'disabled';

/** Of all that a client acts on: the tool's description, schemas, annotations, whatever the order of their members. */
export function fingerprintOf(tool: ServedTool): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered(tool)))
    .digest('base64url')
    .slice(0, 22);
}

/** What a server offers first is approved by deploying it. */
export function firstApprovals(tools: readonly ServedTool[], at: Date): Approvals {
  return Object.fromEntries(
    tools.map((tool) => [tool.name, { fingerprint: fingerprintOf(tool), enabled: true, approvedAt: at.toISOString() }]),
  );
}

export function stateOf(tool: ServedTool, approvals: Approvals | undefined): ToolState {
  // Before anything was kept, what is there is what was deployed.
  if (approvals === undefined) return 'approved';
  const approval = Object.hasOwn(approvals, tool.name) ? approvals[tool.name] : undefined;
  if (approval?.enabled === false) return 'disabled';
  if (approval?.fingerprint === undefined) return 'new';
  return approval.fingerprint === fingerprintOf(tool) ? 'approved' : 'changed';
}

/** The tools of a server that are let through, and those that are held back. */
export function sortTools({ deployment, approvals }: Serving): {
  readonly approved: readonly ServedTool[];
  readonly heldBack: readonly { readonly tool: ServedTool; readonly state: Exclude<ToolState, 'approved'> }[];
} {
  const all = (deployment.tools ?? []).map((tool) => ({ tool, state: stateOf(tool, approvals) }));
  return {
    approved: all.flatMap(({ tool, state }) => (state === 'approved' ? [tool] : [])),
    heldBack: all.flatMap(({ tool, state }) => (state === 'approved' ? [] : [{ tool, state }])),
  };
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
