import * as z from 'zod';

/** What somebody proved at a provider. */
export const ProvedIdentity = z.object({
  provider: z.string(),
  issuer: z.string(),
  subject: z.string().min(1).max(255),
  /** What they are called there. */
  name: z.string(),
  /** An address that the provider has verified. */
  email: z.string().optional(),
  claims: z.record(z.string(), z.unknown()),
});
export type ProvedIdentity = z.output<typeof ProvedIdentity>;
