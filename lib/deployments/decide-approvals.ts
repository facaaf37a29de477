import * as z from 'zod';
import { auditEntry } from '../audit/audit-entry.ts';
import { invalid, notFound, pointer, Problem } from '../kernel/errors/problem.ts';
import { type Caller, owns } from '../kernel/http/caller.ts';
import { Id, Timestamp } from '../kernel/ids.ts';
import type { Relay } from '../outbox/ports.ts';
import type { ToolStore } from '../tools/ports.ts';
import { fingerprintOf, stateOf } from './approvals.ts';
import type { Approvals } from './ports.ts';
import type { DeploymentStore, Serving } from './ports.ts';
import { forgetServingTarget } from './serving-target.ts';

const maxDecisions = 500;

export const DecideApprovals = z
  .strictObject({
    tools: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(1_024),
          enabled: z.boolean().optional().meta({ description: 'The switch: whether the tool is offered at all.' }),
          approve: z.string().max(64).optional().meta({
            description: 'The `fingerprint` under which the tool was read: what is approved is what was seen.',
          }),
        }),
      )
      .min(1)
      .max(maxDecisions),
  })
  .meta({ example: { tools: [{ name: 'echo', approve: '5r0cbT0yHfCxcWbNa0lAqA' }] } });

const OfferedTool = z.object({
  name: z.string(),
  state: z.enum(['approved', 'changed', 'new', 'disabled']),
  fingerprint: z.string(),
  description: z.string().nullable(),
  input_schema: z.record(z.string(), z.unknown()),
  approved_at: Timestamp.nullable(),
});
export const OfferedTools = z
  .object({ tool_id: Id, slug: z.string(), tools: z.array(OfferedTool) })
  .meta({ id: 'OfferedTools' });

interface Services {
  readonly tools: ToolStore;
  readonly deployments: DeploymentStore;
}

/**
 * What a tool's server offers now, and whether it is let through to `/mcp/v1`; nothing when nothing is deployed, or nothing that the caller may use.
 * @throws Problem `not-found`.
 */
export async function showApprovals(
  services: Services,
  caller: Caller,
  idOrSlug: string,
): Promise<z.output<typeof OfferedTools>> {
  const tool = await services.tools.find(idOrSlug);
  if (!tool) throw notFound('tool', idOrSlug);
  const serving = await services.deployments.servingTarget(tool.slug);
  const mayCall = serving && (serving.deployment.access === 'team' || owns(caller, serving.deployment.ownerId));
  return present(tool, mayCall ? serving : undefined);
}

/**
 * Switches tools on and off and approves them as they were read.
 * @throws Problem `not-found`; `forbidden` for who is neither the author nor an admin; `validation-error` for a name that the server does not offer;
 * `conflict` when a tool is not any more what was approved.
 */
export async function decideApprovals(
  services: Services & { readonly relay: Relay },
  caller: Caller,
  idOrSlug: string,
  { tools: decisions }: z.output<typeof DecideApprovals>,
): Promise<z.output<typeof OfferedTools>> {
  const { id, slug } = await findOwn(services, caller, idOrSlug);
  const names = decisions.map(({ name }) => name);
  const entry = auditEntry(caller, {
    action: 'tool.approved',
    target: { type: 'tool', id },
    details: { slug, tools: names.slice(0, 50).map((name) => name.slice(0, 100)) },
  });
  const serving = await services.deployments.approve(id, (before) => ({
    approvals: decided(before, decisions),
    outbox: [entry],
  }));
  if (!serving) throw unknownTools(decisions) ?? notFound('server', slug);
  forgetServingTarget(services.deployments, slug);
  await services.relay.send([entry.id]);
  return present({ id, slug }, serving);
}

function decided({ deployment, approvals }: Serving, decisions: z.output<typeof DecideApprovals>['tools']): Approvals {
  const offered = new Map((deployment.tools ?? []).map((tool) => [tool.name, tool]));
  const next = new Map(Object.entries(approvals ?? {}));
  const unknown = unknownTools(decisions, (name) => offered.has(name));
  if (unknown) throw unknown;
  for (const { name, enabled, approve } of decisions) {
    const tool = offered.get(name);
    const { fingerprint, enabled: wasEnabled = true, approvedAt } = next.get(name) ?? {};
    if (tool && approve !== undefined && approve !== fingerprintOf(tool))
      throw new Problem('conflict', { detail: `The tool ${name} has changed since it was read. Read it again.` });
    const approved = approve === undefined ? { fingerprint, approvedAt } : { fingerprint: approve, approvedAt: now() };
    next.set(name, { ...approved, enabled: enabled ?? wasEnabled });
  }
  return Object.fromEntries(next);
}

function unknownTools(
  decisions: z.output<typeof DecideApprovals>['tools'],
  isKnown: (name: string) => boolean = () => false,
): Problem | undefined {
  const errors = decisions.flatMap(({ name }, index) => {
    const path = ['tools', index, 'name'];
    const msg = 'The server offers no tool of this name';
    return isKnown(name) ? [] : [{ loc: ['body', ...path], pointer: pointer(path), msg, type: 'unknown_tool' }];
  });
  return errors.length > 0 ? invalid(errors) : undefined;
}

function now(): string {
  return new Date().toISOString();
}

function present(
  { id, slug }: { readonly id: string; readonly slug: string },
  serving: Serving | undefined,
): z.output<typeof OfferedTools> {
  const { deployment, approvals } = serving ?? {};
  return {
    tool_id: id,
    slug,
    tools: (deployment?.tools ?? []).map((tool) => ({
      name: tool.name,
      state: stateOf(tool, approvals),
      fingerprint: fingerprintOf(tool),
      description: tool.description ?? null,
      input_schema: { ...tool.inputSchema },
      approved_at: approvals?.[tool.name]?.approvedAt ?? null,
    })),
  };
}

async function findOwn({ tools }: Services, caller: Caller, idOrSlug: string) {
  const tool = await tools.find(idOrSlug);
  if (!tool) throw notFound('tool', idOrSlug);
  if (owns(caller, tool.authorId)) return tool;
  throw new Problem('forbidden', {
    detail: "Only the tool's author or an admin may approve what its server offers.",
    extra: { required_permission: 'mcps:update' },
  });
}
