import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import type { BaseSettings } from '../kernel/settings/settings.ts';

/** The settings that rules of the business read. */
export const use = defineUse({
  variables: {},
  build: async (settings): Promise<{ readonly settings: BaseSettings }> => ({ settings }),
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    settings: ServicesOfUse<typeof use>;
  }
}
