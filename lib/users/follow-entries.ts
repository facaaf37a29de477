import type { UserStore } from '../auth/ports.ts';
import { type StoppingServices, stopDeploymentsOf } from '../deployments/stop-deployment.ts';
import type { OutboxConsumer } from '../outbox/ports.ts';

/** Stops what runs in the name of users who were deactivated. The request has done this already, unless it died between its commit and this. */
export function deactivationFollower(services: StoppingServices & { readonly users: UserStore }): OutboxConsumer {
  return async (entries) => {
    for (const { message } of entries) {
      if (message.kind !== 'user-changed') continue;
      const user = await services.users.byId(message.user_id);
      if (user && !user.isActive) await stopDeploymentsOf(services, undefined, user.id);
    }
  };
}
