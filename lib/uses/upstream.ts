import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import type { Upstream } from '../upstream/ports.ts';

/** The way to servers behind the platform. */
export const use = defineUse({
  variables: {},
  async build({ ALLOW_PRIVATE_ADDRESSES }): Promise<{ readonly upstream: Upstream }> {
    const { openUpstream } = await import('../adapters/http/upstream.ts');
    return { upstream: openUpstream({ allowPrivate: ALLOW_PRIVATE_ADDRESSES }) };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    upstream: ServicesOfUse<typeof use>;
  }
}
