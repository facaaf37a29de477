import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';

/** The API's description of itself. */
export const use = defineUse({
  variables: {},
  build: async (_settings, { apiDescription }) => ({ apiDescription }),
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    apiDescription: ServicesOfUse<typeof use>;
  }
}
