import type { LiveEvent } from '../../events/live-event.ts';
import { fanOut, type FanOutServices, fitting } from './fan-out.ts';

export type LiveServices = FanOutServices;

/** The log takes items of 400 KB; a larger result is fetched. */
const maxLoggedBytes = 300_000;

/**
 * Publishes to live listeners: writes the event to the log, and posts it to WebSockets. `key` identifies the publication: the same key again is logged once and posted once.
 * A socket that cannot be reached is nobody's error; who was away resumes from the log.
 */
export async function publish(services: LiveServices, key: string, event: LiveEvent): Promise<void> {
  const { place } = await services.liveLog.append(key, { ...event, data: fitting(event.data, maxLoggedBytes) });
  await fanOut(services, place);
}
