import type { RelayRequested } from '../../../events/relay-requested.ts';
import { currentCorrelation } from '../../kernel/correlation.ts';
import type { Relay } from '../../outbox/ports.ts';
import type { Queues } from './sqs.ts';

export function queueRelay(queues: Queues): Relay {
  return {
    async send(ids) {
      if (ids.length === 0) return;
      const message: RelayRequested = { outbox_ids: [...ids] };
      try {
        await queues.send('relay', message);
      } catch (error) {
        currentCorrelation()?.log.warn('The relay could not be told; the sweeper will find the entries.', { error });
      }
    },
  };
}
