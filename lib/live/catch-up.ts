import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../kernel/errors/problem.ts';
import { channelsOf, mayHear } from './audience.ts';
import { deliver, type FanOutServices, keepingLease, patientMs } from './fan-out.ts';
import type { Connection, FanOutLease, LoggedEvent } from './ports.ts';

const batch = 200;

/**
 * Subscribes a socket to channels and posts to it what was published there after a place. New events wait meanwhile, so that none is missed, doubled or out of order.
 * What the connection listened to already is not posted again.
 * @throws Problem `service-unavailable` when the events in between are still being posted after 20 s.
 */
export async function catchUp(
  services: FanOutServices,
  connection: Connection,
  channels: readonly string[],
  after: number,
): Promise<void> {
  const missed = ({ event }: LoggedEvent): boolean => {
    const published = channelsOf(event);
    return (
      mayHear(connection.caller, event) &&
      published.some((channel) => channels.includes(channel)) &&
      !published.some((channel) => connection.channels.includes(channel))
    );
  };
  let from = after;
  const replay = async (until: number, mayPost?: () => boolean): Promise<boolean> => {
    while (from < until) {
      const { events, upTo } = await services.liveLog.since(from, batch);
      if (upTo === from) break;
      const wanted = events.filter((logged) => logged.place <= until && missed(logged));
      if (!(await deliver(services, connection, wanted, mayPost))) return false;
      from = Math.min(upTo, until);
    }
    return true;
  };
  // Most of it without holding others up.
  if (!(await replay(await services.fanOut.reached()))) return;
  const lease = await acquire(services, after);
  try {
    await keepingLease(services.fanOut, lease, async (isOurs) => {
      if ((await replay(lease.upTo, isOurs)) && isOurs()) await services.connections.subscribe(connection, channels);
    });
  } finally {
    await services.fanOut.release(lease.token, lease.upTo);
  }
}

async function acquire({ fanOut }: FanOutServices, initial: number): Promise<FanOutLease> {
  const deadline = Date.now() + patientMs;
  for (;;) {
    const lease = await fanOut.acquire(initial);
    if (lease) return lease;
    if (Date.now() > deadline)
      throw new Problem('service-unavailable', { detail: 'Live updates are delayed. Subscribe again in a moment.' });
    await sleep(5 + Math.random() * 20);
  }
}
