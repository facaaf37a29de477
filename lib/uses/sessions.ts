import * as z from 'zod';
import type { CodeStore } from '../oauth/ports.ts';
import type { LoginHistory, SessionStore, TicketStore } from '../auth/ports.ts';
import type { SigningKeys } from '../auth/tokens.ts';
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
  readonly signingKeys: SigningKeys;
  /** Counts in DynamoDB: where Redis is away, and guesses at one account. */
  readonly fallbackLimiter: Limiter;
  readonly loginHistory: LoginHistory;
  readonly codes: CodeStore;
  readonly idempotencyWith: (encryptor: Encryptor) => IdempotencyStore;
  readonly dynamoProbe: Probe;
}

const PrivateJwk = z.looseObject({ kty: z.string(), kid: z.string(), alg: z.enum(['ES256', 'EdDSA']), d: z.string() });

/** Who is who: sessions, users' status and keys in DynamoDB, and the signing keys. */
export const use = defineUse({
  variables: {
    ...dynamoVariables,
    JWT_PRIVATE_KEYS: jsonText
      .pipe(z.array(PrivateJwk).min(1).max(2))
      .describe('JSON array of one or two private JWKs (ES256 or EdDSA, with kid). The first signs, both verify.'),
  },
  async build(settings): Promise<Services> {
    const [{ openSessionStore }, { readSigningKeys }, { createAuthenticator }] = await Promise.all([
      import('../adapters/dynamo/session-store.ts'),
      import('../auth/tokens.ts'),
      import('../auth/authenticator.ts'),
    ]);
    const signingKeys = await readSigningKeys(settings);
    const stores = openSessionStore(settings);
    return { ...stores, authenticator: createAuthenticator({ ...stores, signingKeys, settings }), signingKeys };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    sessions: ServicesOfUse<typeof use>;
  }
}
