import type { LiveEvent } from '../../events/live-event.ts';
import { currentCorrelation } from '../kernel/log/correlation.ts';
import { channelsOf, mayHear, wireForm } from './audience.ts';
import type { ConnectionStore, FanOutQueue, LiveLog, Sockets } from './ports.ts';

export interface LiveServices {
  readonly liveLog: LiveLog;
  readonly connections: ConnectionStore;
  readonly sockets: Sockets;
  readonly fanOut: FanOutQueue;
}

/** So many are sent to at once, and by whoever publishes; more are handed to the queue in portions of this size. */
const portion = 100;

/** A WebSocket frame may have 128 KB; what is larger goes without its `result`, which the client fetches. */
const maxFrameBytes = 120_000;
/** The log takes items of 400 KB; a larger result is fetched. */
const maxLoggedBytes = 300_000;

/**
 * Tells live listeners. `key` tells one publication from another: the same key again is logged once, and sockets may hear it again under the same id. A socket that
 * cannot be reached is nobody's error; who was away reads the log.
 */
export async function publish(services: LiveServices, key: string, event: LiveEvent): Promise<void> {
  const logged = await services.liveLog.append(key, { ...event, data: fitting(event.data, maxLoggedBytes) });
  const listening = await Promise.all(channelsOf(event).map((channel) => services.connections.subscribers(channel)));
  const byId = new Map(listening.flat().map((connection) => [connection.id, connection]));
  const hearers = [...byId.values()].filter(({ caller }) => mayHear(caller, event)).map(({ id }) => id);
  const frame = fittingFrame(wireForm(logged));
  if (hearers.length <= portion) return deliverTo(services, hearers, frame);
  for (let start = 0; start < hearers.length; start += portion)
    await services.fanOut.send(frame, hearers.slice(start, start + portion));
}

/** Sends a frame to open WebSockets, and forgets those that are gone. */
export async function deliverTo(
  services: Pick<LiveServices, 'connections' | 'sockets'>,
  connectionIds: readonly string[],
  frame: Record<string, unknown>,
): Promise<void> {
  await Promise.all(connectionIds.map((id) => deliver(services, id, frame)));
}

async function deliver(
  { connections, sockets }: Pick<LiveServices, 'connections' | 'sockets'>,
  id: string,
  frame: Record<string, unknown>,
): Promise<void> {
  try {
    if (!(await sockets.post(id, frame))) await connections.close(id);
  } catch (error) {
    currentCorrelation()?.log.warn('A socket could not be told.', { connection_id: id, error });
  }
}

/** A message as it fits a frame: without its result where that is too large. */
export function fittingFrame(message: Record<string, unknown>): Record<string, unknown> {
  return fitting(message, maxFrameBytes);
}

function fitting(message: Record<string, unknown>, maxBytes: number): Record<string, unknown> {
  if (Buffer.byteLength(JSON.stringify(message)) <= maxBytes) return message;
  const { result: _, ...rest } = message;
  return rest;
}
