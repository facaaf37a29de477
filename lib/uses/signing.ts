import * as z from 'zod';
import type { SigningKey } from '../auth/tokens.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import { jsonText } from '../kernel/settings/settings.ts';

const PrivateJwk = z.looseObject({ kty: z.string(), kid: z.string(), alg: z.enum(['ES256', 'EdDSA']), d: z.string() });

/** Makes access tokens. Only where somebody logs in. */
export const use = defineUse({
  variables: {
    JWT_PRIVATE_KEYS: jsonText
      .pipe(z.array(PrivateJwk).min(1).max(2))
      .describe('JSON array of one or two private JWKs (ES256 or EdDSA, with kid). The first signs.')
      .meta({ secret: 'signing' }),
    ACCESS_TOKEN_SECONDS: z.coerce
      .number()
      .int()
      .min(5)
      .max(900)
      .default(900)
      .describe('Seconds for which an access token is good.'),
  },
  async build(settings): Promise<{ readonly signingKey: SigningKey }> {
    const { readSigningKey } = await import('../auth/tokens.ts');
    return { signingKey: await readSigningKey(settings) };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    signing: ServicesOfUse<typeof use>;
  }
}
