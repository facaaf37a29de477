import * as z from 'zod';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import { jsonText } from '../kernel/settings/settings.ts';
import type { Encryptor } from '../secrets/encryptor.ts';

const SymmetricJwk = z.looseObject({
  kty: z.literal('oct'),
  kid: z.string().min(1),
  k: z.string().regex(/^[\w-]{43}$/, '256 bits in base64url'),
});

/** Encryption of what the stores keep secret. */
export const use = defineUse({
  variables: {
    ENCRYPTION_KEYS: jsonText
      .pipe(z.array(SymmetricJwk).min(1))
      .describe(
        'JSON array of 256-bit JWKs (kty oct, kid, k) that encrypt stored secrets. The first encrypts, all decrypt: a new key goes in front.',
      )
      .meta({ secret: 'encryption' }),
  },
  async build(settings): Promise<{ readonly encryptor: Encryptor }> {
    const { readEncryptor } = await import('../secrets/encryptor.ts');
    return { encryptor: readEncryptor(settings) };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    secrets: ServicesOfUse<typeof use>;
  }
}
