import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import { shareReads } from '../live/share-reads.ts';
import type { ConnectionStore, FanOut, LiveLog } from '../live/ports.ts';
import { dynamoVariables } from './variables/dynamo.ts';

/** Live updates: their log, and the WebSockets that are open. */
export const use = defineUse({
  variables: dynamoVariables,
  async build(
    settings,
  ): Promise<{ readonly liveLog: LiveLog; readonly fanOut: FanOut; readonly connections: ConnectionStore }> {
    const { openLive } = await import('../adapters/dynamo/live.ts');
    const live = openLive(settings);
    return { ...live, liveLog: shareReads(live.liveLog) };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    live: ServicesOfUse<typeof use>;
  }
}
