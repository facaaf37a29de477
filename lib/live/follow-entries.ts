import type { Authenticator } from '../kernel/lambda/runtime.ts';
import type { OutboxConsumer } from '../outbox/ports.ts';
import { liveEventOf } from './live-event-of.ts';
import { endSockets } from './disconnect.ts';
import { type LiveServices, publish } from './publish.ts';

/** Notifies live listeners, and ends the sockets of users who are not what they were. */
export function liveFollower(services: LiveServices & { readonly authenticator: Authenticator }): OutboxConsumer {
  return async (entries) => {
    for (const { id, message } of entries) {
      if (message.kind === 'user-changed') await endSockets(services, message.user_id);
      const event = liveEventOf(message);
      if (event) await publish(services, id, event);
    }
  };
}
