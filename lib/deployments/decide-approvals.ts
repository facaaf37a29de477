import * as z from 'zod';
import { auditEntry } from '../audit/audit-entry.ts';
import { invalid, notFound, pointer, Problem } from '../kernel/errors/problem.ts';
import { type Caller, owns } from '../kernel/http/caller.ts';
import { Id, Timestamp } from '../kernel/ids.ts';
import type { Relay } from '../outbox/ports.ts';
import type { ToolStore } from '../tools/ports.ts';
import { approvalKey, approvalOf, fingerprintOf, offeredOf, type OfferKind, offerName, stateOf } from './approvals.ts';
import type { Approvals, DeploymentStore, Serving } from './ports.ts';
import { forgetServingTarget } from './serving-target.ts';

const maxDecisions = 500;

const Name = z.string().min(1).max(1_024);
const decision = {
  enabled: z.boolean().optional().meta({ description: 'The switch: whether it is offered at all.' }),
  approve: z.string().max(64).optional().meta({
    description: 'The `fingerprint` under which it was read: what is approved is what was seen.',
  }),
};
const decisionsOf = <S extends z.ZodObject>(schema: S) => z.array(schema).max(maxDecisions).default([]);

export const DecideApprovals = z
  .strictObject({
    tools: decisionsOf(z.strictObject({ name: Name, ...decision })),
    prompts: decisionsOf(z.strictObject({ name: Name, ...decision })),
    resources: decisionsOf(z.strictObject({ uri: Name, ...decision })),
    resource_templates: decisionsOf(z.strictObject({ uri_template: Name, ...decision })),
  })
  .refine((body) => Object.values(body).some((decisions) => decisions.length > 0), 'At least one decision')
  .meta({ example: { tools: [{ name: 'echo', approve: '5r0cbT0yHfCxcWbNa0lAqA' }] } });

const offered = {
  state: z.enum(['approved', 'changed', 'new', 'disabled']),
  fingerprint: z.string(),
  description: z.string().nullable(),
  approved_at: Timestamp.nullable(),
};
export const OfferedTools = z
  .object({
    tool_id: Id,
    slug: z.string(),
    tools: z.array(z.object({ name: z.string(), ...offered, input_schema: z.record(z.string(), z.unknown()) })),
    prompts: z.array(z.object({ name: z.string(), ...offered })),
    resources: z.array(z.object({ uri: z.string(), ...offered })),
    resource_templates: z.array(z.object({ uri_template: z.string(), ...offered })),
  })
  .meta({ id: 'OfferedTools' });

/** How the API calls what servers offer. */
const members = [
  ['tools', 'tools', 'name'],
  ['prompts', 'prompts', 'name'],
  ['resources', 'resources', 'uri'],
  ['resource_templates', 'resourceTemplates', 'uri_template'],
] as const satisfies readonly (readonly [keyof z.output<typeof DecideApprovals>, OfferKind, string])[];

interface Decision {
  readonly kind: OfferKind;
  readonly name: string;
  readonly path: readonly (string | number)[];
  readonly enabled?: boolean | undefined;
  readonly approve?: string | undefined;
}

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
 * Switches what a server offers on and off, and approves it as it was read.
 * @throws Problem `not-found`; `forbidden` for who is neither the author nor an admin; `validation-error` for what the server does not offer;
 * `conflict` when it is not any more what was approved.
 */
export async function decideApprovals(
  services: Services & { readonly relay: Relay },
  caller: Caller,
  idOrSlug: string,
  body: z.output<typeof DecideApprovals>,
): Promise<z.output<typeof OfferedTools>> {
  const { id, slug } = await findOwn(services, caller, idOrSlug);
  const decisions = decisionsIn(body);
  const names = decisions.map(({ kind, name }) => approvalKey(kind, name));
  const entry = auditEntry(caller, {
    action: 'tool.approved',
    target: { type: 'tool', id },
    details: { slug, tools: names.slice(0, 50).map((name) => name.slice(0, 100)) },
  });
  const serving = await services.deployments.approve(id, (before) => ({
    approvals: decided(before, decisions),
    outbox: [entry],
  }));
  if (!serving) throw unknownOffers(decisions) ?? notFound('server', slug);
  forgetServingTarget(services.deployments, slug);
  await services.relay.send([entry.id]);
  return present({ id, slug }, serving);
}

function decisionsIn(body: z.output<typeof DecideApprovals>): Decision[] {
  return members.flatMap(([member, kind, key]) =>
    (body[member] as readonly Readonly<Record<string, unknown>>[]).map((each, index) => ({
      ...(each as Pick<Decision, 'enabled' | 'approve'>),
      kind,
      name: String(each[key]),
      path: [member, index, key],
    })),
  );
}

function decided({ deployment, approvals }: Serving, decisions: readonly Decision[]): Approvals {
  const next = new Map(Object.entries(approvals ?? {}));
  const find = ({ kind, name }: Decision) =>
    offeredOf(deployment, kind).find((offer) => offerName(kind, offer) === name);
  const unknown = unknownOffers(decisions.filter((decision) => !find(decision)));
  if (unknown) throw unknown;
  for (const decision of decisions) {
    const { kind, name, enabled, approve } = decision;
    const offer = find(decision);
    const { fingerprint, enabled: wasEnabled = true, approvedAt } = next.get(approvalKey(kind, name)) ?? {};
    if (offer && approve !== undefined && approve !== fingerprintOf(offer))
      throw new Problem('conflict', { detail: `${name} has changed since it was read. Read it again.` });
    const approved = approve === undefined ? { fingerprint, approvedAt } : { fingerprint: approve, approvedAt: now() };
    next.set(approvalKey(kind, name), { ...approved, enabled: enabled ?? wasEnabled });
  }
  return Object.fromEntries(next);
}

function unknownOffers(decisions: readonly Decision[]): Problem | undefined {
  const errors = decisions.map(({ kind, path }) => {
    const msg = kind === 'tools' ? 'The server offers no tool of this name' : 'The server does not offer this';
    const type = kind === 'tools' ? 'unknown_tool' : 'unknown_offer';
    return { loc: ['body', ...path], pointer: pointer(path), msg, type };
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
  const offersOf = (kind: OfferKind, key: string) =>
    (deployment ? offeredOf(deployment, kind) : []).map((offer) => {
      const name = offerName(kind, offer);
      return {
        [key]: name,
        state: stateOf(kind, offer, approvals),
        fingerprint: fingerprintOf(offer),
        description: typeof offer['description'] === 'string' ? offer['description'] : null,
        approved_at: approvalOf(kind, name, approvals)?.approvedAt ?? null,
        ...(kind === 'tools' && { input_schema: offer['inputSchema'] }),
      };
    });
  const listed = Object.fromEntries(members.map(([member, kind, key]) => [member, offersOf(kind, key)]));
  return OfferedTools.parse({ tool_id: id, slug, ...listed });
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
