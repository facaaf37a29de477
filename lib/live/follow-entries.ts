import type { OutboxConsumer } from '../outbox/ports.ts';
import { liveEventOf } from './live-event-of.ts';
import { type LiveServices, publish } from './publish.ts';

/** Notifies live listeners. */
export function liveFollower(services: LiveServices): OutboxConsumer {
  return async (entries) => {
    for (const { id, message } of entries) {
      const event = liveEventOf(message);
      if (event) await publish(services, id, event);
    }
  };
}
