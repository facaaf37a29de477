import * as z from 'zod';

/** One public key of the JWKS document (RFC 7517). */
export const PublicJwk = z.object({
  kty: z.string(),
  crv: z.string(),
  x: z.string(),
  y: z.string().exactOptional(),
  kid: z.string(),
  alg: z.string(),
  use: z.literal('sig'),
});
export type PublicJwk = z.output<typeof PublicJwk>;

export const Jwks = z.object({ keys: z.array(PublicJwk) }).meta({ id: 'Jwks' });
