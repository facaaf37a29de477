import * as z from 'zod';
import { IssuedClient } from '../accounts/account-tokens.ts';
import type { OperatorClients } from '../accounts/issuer-registration.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import { jsonText } from '../kernel/settings/settings.ts';

/** Where users' accounts at remote servers come from, as far as the operator has to help. */
export const use = defineUse({
  variables: {
    OAUTH_ISSUER_CLIENTS: jsonText
      .pipe(z.record(z.url(), IssuedClient))
      .default({})
      .describe(
        'JSON: clients that the operator has registered at authorization servers of remote MCP servers which register none by themselves, by issuer: {"https://issuer.example": {"client_id": "…", "client_secret": "…"}}.',
      )
      .meta({ secret: 'issuers' }),
  },
  build: async ({ OAUTH_ISSUER_CLIENTS }): Promise<{ readonly operatorClients: OperatorClients }> => ({
    operatorClients: OAUTH_ISSUER_CLIENTS,
  }),
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    issuerClients: ServicesOfUse<typeof use>;
  }
}
