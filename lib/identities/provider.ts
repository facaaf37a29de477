import * as z from 'zod';
import { type Role, roles } from '../kernel/http/caller.ts';

/** Another place where users may sign in, as the operator names it. */
export const Provider = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  name: z.string().min(1).max(60),
  kind: z.enum(['oidc', 'github']).default('oidc'),
  /** Of OpenID Connect; of GitHub, where its pages are. */
  issuer: z.url(),
  /** Of GitHub alone. */
  api_url: z.url().default('https://api.github.com'),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  scope: z.string().optional(),
  /** Which role the values of a claim give; the highest counts. Without it roles are given here alone. */
  roles: z
    .object({
      claim: z.string(),
      map: z.record(z.string(), z.enum(roles)),
      otherwise: z.enum(roles).default('viewer'),
    })
    .optional(),
  /** Whether whoever signs in there becomes a user here; else an existing user links it once, by password. */
  register: z.boolean().default(false),
});
export type Provider = z.output<typeof Provider>;

/** The role that the claims of a user give; undefined where the provider gives none. */
export function roleFrom(
  { roles: rule }: Pick<Provider, 'roles'>,
  claims: Readonly<Record<string, unknown>>,
): Role | undefined {
  if (!rule) return undefined;
  const claim = claims[rule.claim];
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const given = values.flatMap((value) =>
    typeof value === 'string' && Object.hasOwn(rule.map, value) ? [rule.map[value]] : [],
  );
  return roles.find((role) => given.includes(role)) ?? rule.otherwise;
}
