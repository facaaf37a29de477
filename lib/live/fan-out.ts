import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../kernel/errors/problem.ts';
import { currentCorrelation } from '../kernel/log/correlation.ts';
import { channelsOf, mayHear, wireForm } from './audience.ts';
import type { Connection, ConnectionStore, FanOut, FanOutLease, LiveLog, LoggedEvent, Sockets } from './ports.ts';

export interface FanOutServices {
  readonly liveLog: LiveLog;
  readonly fanOut: FanOut;
  readonly connections: ConnectionStore;
  readonly sockets: Sockets;
}

const batch = 100;
/** So many sockets are posted to at once, whatever the number that listens. */
const socketsAtOnce = 100;
/** Well before a lease lapses. */
const renewMs = 2_500;
/** A post ends within this time, and so does what subscribes a socket. */
const longestPostMs = 4_000;
/** Another publisher goes on after so many batches, so that one that began does not serve everybody's. */
const mostBatches = 5;
/** A lease of a process that died lapses before this. */
export const patientMs = 20_000;
const askAgainMs = 25;

/**
 * Posts everything up to a place to the sockets that listen. One process does so at a time, in the order of the log, for all of its publishers at once; who finds it busy waits until it has
 * come this far, so that an event whose publisher returned has been posted.
 * @throws Problem `service-unavailable` when that takes too long; publishing again continues.
 */
export async function fanOut(services: FanOutServices, place: number): Promise<void> {
  const deadline = Date.now() + patientMs;
  while (Date.now() < deadline) {
    const { reached, hasPosted } = await roundOf(services, place);
    if (reached >= place) return;
    // Otherwise another process is posting, or an earlier event is still being written.
    if (!hasPosted) await sleep(askAgainMs * (0.5 + Math.random()));
  }
  throw delayed();
}

function delayed(): Problem {
  return new Problem('service-unavailable', { detail: 'Live updates are delayed.', headers: { 'retry-after': '5' } });
}

interface Round {
  readonly reached: number;
  readonly hasPosted: boolean;
}

/** The one that runs, for each log that this process publishes to. */
const rounds = new WeakMap<FanOut, Promise<Round>>();

function roundOf(services: FanOutServices, place: number): Promise<Round> {
  const running = rounds.get(services.fanOut);
  if (running) return running;
  const round = takeRound(services, place).finally(() => rounds.delete(services.fanOut));
  rounds.set(services.fanOut, round);
  return round;
}

async function takeRound(services: FanOutServices, place: number): Promise<Round> {
  // Where nothing was ever posted, others may be publishing their first events too.
  const lease = await services.fanOut.acquire(Math.max(0, place - batch));
  if (!lease) return { reached: await services.fanOut.reached(), hasPosted: false };
  const reached = await postWhatWaits(services, lease);
  return { reached, hasPosted: reached > lease.upTo };
}

async function postWhatWaits({ fanOut, ...services }: FanOutServices, lease: FanOutLease): Promise<number> {
  const { token } = lease;
  let { upTo: reached, until } = lease;
  try {
    for (let done = 0; done < mostBatches; done += 1) {
      const { events, upTo } = await services.liveLog.since(reached, batch);
      if (upTo === reached) break;
      await keepingLease(fanOut, { token, upTo: reached, until }, (isOurs) => post(services, events, isOurs));
      const kept = await fanOut.advance(token, upTo);
      if (kept === undefined) return reached;
      until = kept;
      reached = upTo;
    }
  } finally {
    await fanOut.release(token, reached);
  }
  return reached;
}

/**
 * Does what may take longer than a lease lasts: with ten thousand sockets, or slow ones. `work` begins nothing new once `isOurs` says no, so that never two post at a time.
 * @throws Problem `service-unavailable` when the lease could not be kept for as long as that took.
 */
export async function keepingLease<T>(
  fanOut: FanOut,
  { token, upTo, until }: FanOutLease,
  work: (isOurs: () => boolean) => Promise<T>,
): Promise<T> {
  let [ours, renewal] = [until, Promise.resolve()];
  const isOurs = (): boolean => Date.now() < ours - longestPostMs;
  const renew = async (): Promise<void> => {
    try {
      ours = (await fanOut.advance(token, upTo)) ?? 0;
    } catch (error) {
      currentCorrelation()?.log.warn('The right to post could not be kept.', { error });
    }
  };
  const renewing = setInterval(() => {
    renewal = renew();
  }, renewMs);
  try {
    const done = await work(isOurs);
    if (!isOurs()) throw delayed();
    return done;
  } finally {
    clearInterval(renewing);
    // It says how far was posted, and must not say so after somebody has got further.
    await renewal;
  }
}

type PostServices = Omit<FanOutServices, 'fanOut'>;

/** Each socket gets its events one after the other; sockets do not wait for each other. */
async function post(services: PostServices, events: readonly LoggedEvent[], isOurs: () => boolean): Promise<void> {
  const channels = [...new Set(events.flatMap(({ event }) => channelsOf(event)))];
  const found = await Promise.all(
    channels.map(async (channel) => [channel, await services.connections.subscribers(channel)] as const),
  );
  const listening = new Map(found);
  const due = new Map<string, LoggedEvent[]>();
  for (const logged of events) {
    const hearers = channelsOf(logged.event).flatMap((channel) => listening.get(channel) ?? []);
    for (const id of new Set(hearers.filter(({ caller }) => mayHear(caller, logged.event)).map(({ id }) => id)))
      due.set(id, [...(due.get(id) ?? []), logged]);
  }
  const waiting = due.entries();
  // They share one iterator, so each takes the next socket when it is done with its last.
  const lanes = Array.from({ length: Math.min(socketsAtOnce, due.size) }, async () => {
    for (const [id, own] of waiting) await deliver(services, { id }, own, isOurs);
  });
  await Promise.all(lanes);
}

/** @returns whether the socket took everything. One that does not keep up, or is gone, is ended: its client resumes. */
export async function deliver(
  { connections, sockets }: Pick<PostServices, 'connections' | 'sockets'>,
  { id }: Pick<Connection, 'id'>,
  events: readonly LoggedEvent[],
  mayPost: () => boolean = () => true,
): Promise<boolean> {
  try {
    for (const logged of events) {
      if (!mayPost()) return false;
      if (await sockets.post(id, fittingFrame(wireForm(logged)))) continue;
      await connections.close(id);
      return false;
    }
    return true;
  } catch (error) {
    currentCorrelation()?.log.warn('A socket did not take its events and was closed.', { connection_id: id, error });
    await endSocket({ connections, sockets }, id);
    return false;
  }
}

async function endSocket({ connections, sockets }: Pick<PostServices, 'connections' | 'sockets'>, id: string) {
  try {
    await connections.close(id);
    await sockets.close(id);
  } catch (error) {
    currentCorrelation()?.log.warn('A socket could not be ended.', { connection_id: id, error });
  }
}

/** A WebSocket frame may have 128 KB; what is larger goes without its `result`, which the client fetches. */
const maxFrameBytes = 120_000;

/** A message as it fits a frame: without its result where that is too large. */
export function fittingFrame(message: Record<string, unknown>): Record<string, unknown> {
  return fitting(message, maxFrameBytes);
}

/** Without `result` where the whole is too large. */
export function fitting(message: Record<string, unknown>, maxBytes: number): Record<string, unknown> {
  if (Buffer.byteLength(JSON.stringify(message)) <= maxBytes) return message;
  const { result: _, ...rest } = message;
  return rest;
}
