import * as z from 'zod';
import type { CodeStore } from '../oauth/ports.ts';
import type { LoginHistory, SessionStore, TicketStore } from '../auth/ports.ts';
import type { VerificationKeys } from '../auth/tokens.ts';
import type { IdempotencyStore } from '../kernel/http/idempotency-store.ts';
import type { Limiter } from '../kernel/http/rate-limit.ts';
import type { Authenticator } from '../kernel/lambda/runtime.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import type { Probe } from '../kernel/probe.ts';
import { jsonText } from '../kernel/settings/settings.ts';
import type { Encryptor } from '../secrets/encryptor.ts';
import { dynamoVariables } from './variables/dynamo.ts';

interface Services {
  readonly authenticator: Authenticator;
  readonly sessions: SessionStore;
  readonly tickets: TicketStore;
  readonly verificationKeys: VerificationKeys;
  /** Counts in DynamoDB: where Redis is away, and guesses at one account. */
  readonly fallbackLimiter: Limiter;
  readonly loginHistory: LoginHistory;
  readonly codes: CodeStore;
  readonly idempotencyWith: (encryptor: Encryptor) => IdempotencyStore;
  readonly dynamoProbe: Probe;
}

/** A private key in this place would be a key that too many functions know. */
const PublicJwk = z.looseObject({
  kty: z.string(),
  kid: z.string(),
  alg: z.enum(['ES256', 'EdDSA']),
  d: z.never().optional(),
});

/** Who is who: sessions, users' status and keys in DynamoDB, and the keys that verify tokens. */
export const use = defineUse({
  variables: {
    ...dynamoVariables,
    JWT_PUBLIC_KEYS: jsonText
      .pipe(z.array(PublicJwk).min(1).max(3))
      .describe('JSON array of up to three public JWKs (ES256 or EdDSA, with kid) that verify access tokens.')
      .meta({ secret: 'verifying' }),
  },
  async build(settings): Promise<Services> {
    const [{ openSessionStore }, { readVerificationKeys }, { createAuthenticator }] = await Promise.all([
      import('../adapters/dynamo/session-store.ts'),
      import('../auth/tokens.ts'),
      import('../auth/authenticator.ts'),
    ]);
    const verificationKeys = await readVerificationKeys(settings);
    const stores = openSessionStore(settings);
    return {
      ...stores,
      authenticator: createAuthenticator({ ...stores, verificationKeys, settings }),
      verificationKeys,
    };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    sessions: ServicesOfUse<typeof use>;
  }
}
