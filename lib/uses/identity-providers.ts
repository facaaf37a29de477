import * as z from 'zod';
import { Provider } from '../identities/provider.ts';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import { jsonText } from '../kernel/settings/settings.ts';

/** Where else users may sign in. */
export const use = defineUse({
  variables: {
    IDENTITY_PROVIDERS: jsonText
      .pipe(z.array(Provider).max(10))
      .default([])
      .describe(
        'JSON array of providers with which users may sign in: [{"id", "name", "issuer", "client_id", "client_secret"}], with "kind": "github" for GitHub, "register": true to make users of whoever comes from there, "roles": {"claim", "map", "otherwise"}. Their redirect address is BASE_URL/oauth/signed-in.',
      )
      .meta({ secret: 'identity' }),
  },
  build: async ({ IDENTITY_PROVIDERS }): Promise<{ readonly identityProviders: readonly Provider[] }> => ({
    identityProviders: IDENTITY_PROVIDERS,
  }),
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    identityProviders: ServicesOfUse<typeof use>;
  }
}
