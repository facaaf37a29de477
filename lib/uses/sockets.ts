import * as z from 'zod';
import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import type { Sockets } from '../live/ports.ts';

/** The way back into an open WebSocket. */
export const use = defineUse({
  variables: {
    SOCKET_MANAGEMENT_URL: z
      .url()
      .describe('The @connections address of the WebSocket API; set by the stacks and by `npm run dev`.'),
  },
  async build(settings): Promise<{ readonly sockets: Sockets }> {
    const { openSockets } = await import('../adapters/sockets/management.ts');
    return { sockets: openSockets(settings) };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    sockets: ServicesOfUse<typeof use>;
  }
}
