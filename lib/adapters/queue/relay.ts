import type { RelayRequested } from '../../../events/relay-requested.ts';
import { currentCorrelation } from '../../kernel/log/correlation.ts';
import type { Relay } from '../../outbox/ports.ts';
import type { Queues } from './sqs.ts';

/** What one message may name. */
const perMessage = 100;

export function queueRelay(queues: Queues): Relay {
  return {
    async send(ids) {
      const batches = Array.from({ length: Math.ceil(ids.length / perMessage) }, (_, index) =>
        ids.slice(index * perMessage, (index + 1) * perMessage),
      );
      try {
        for (const batch of batches) await queues.send('relay', { outbox_ids: batch } satisfies RelayRequested);
      } catch (error) {
        currentCorrelation()?.log.warn('The relay could not be told; the sweeper will find the entries.', { error });
      }
    },
  };
}
