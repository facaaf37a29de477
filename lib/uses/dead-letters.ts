import { defineUse, type ServicesOfUse } from '../kernel/lambda/uses.ts';
import type { DeadLetters } from '../tasks/ports.ts';
import { queueVariables } from './variables/queues.ts';

/** The queues of messages that were received too often. */
export const use = defineUse({
  variables: queueVariables,
  async build(settings): Promise<{ readonly deadLetters: DeadLetters }> {
    const { openDeadLetters } = await import('../adapters/queue/dead-letters.ts');
    return { deadLetters: openDeadLetters(settings) };
  },
});

declare module '../kernel/lambda/uses.ts' {
  interface Provides {
    deadLetters: ServicesOfUse<typeof use>;
  }
}
