import type { LiveEvent } from '../../events/live-event.ts';
import type { Caller } from '../kernel/http/caller.ts';

/** An event that has its place in the log. */
export interface LoggedEvent {
  /** UUIDv7 that holds the moment of publication and the place: resumes a stream. */
  readonly id: string;
  /** Its place: 1, 2, 3 … */
  readonly place: number;
  readonly event: LiveEvent;
}

/** A stretch of the log without a gap. */
interface LogStretch {
  readonly events: readonly LoggedEvent[];
  /** The place up to which the log was read. */
  readonly upTo: number;
}

/**
 * What was published in the last 24 h, in DynamoDB. Places are given in order and read in order: what is read once never gets an earlier neighbour, so everybody reads the same
 * order, and a place is enough to go on from.
 */
export interface LiveLog {
  /** Takes an event once: the same key again answers the place that it has. */
  append(key: string, event: LiveEvent): Promise<LoggedEvent>;
  /** The place that was given last. */
  head(): Promise<number>;
  /** The place of the event with this id; undefined when there is none, or it is over 24 h old. */
  find(id: string): Promise<number | undefined>;
  /**
   * The events after a place, at most `limit`, up to the first that is still being written. One that its writer has left unwritten for 2 s is passed over, and the writer takes
   * another place.
   * @param reader Who follows the log's end: readers are spread over copies of the log, may share what they read, and are 250 ms behind at most. Without it the original is read.
   */
  since(after: number, limit: number, reader?: string): Promise<LogStretch>;
}

/** The right to post to WebSockets, which one process has at a time, so that each socket gets events in order. */
export interface FanOutLease {
  /** The events up to this place are posted. */
  readonly upTo: number;
  readonly token: string;
  /** When it lapses, in ms since 1970. */
  readonly until: number;
}

export interface FanOut {
  /**
   * @param initial Where to begin when nothing was ever posted.
   * @returns undefined while somebody else has it.
   */
  acquire(initial: number): Promise<FanOutLease | undefined>;
  /** Notes how far it has come, and keeps the lease. @returns until when; undefined when the lease is lost. */
  advance(token: string, upTo: number): Promise<number | undefined>;
  release(token: string, upTo: number): Promise<void>;
  /** Up to where events are posted. */
  reached(): Promise<number>;
}

/** A WebSocket that is open, and who opened it. */
export interface Connection {
  readonly id: string;
  readonly caller: Caller;
  /** What it listens to. */
  readonly channels: readonly string[];
}

/** Open WebSockets and what they listen to, in DynamoDB; they end by themselves after API Gateway's 2 h. */
export interface ConnectionStore {
  open(connection: Connection): Promise<void>;
  find(id: string): Promise<Connection | undefined>;
  subscribe(connection: Connection, channels: readonly string[]): Promise<void>;
  unsubscribe(id: string, channels: readonly string[]): Promise<void>;
  /** Forgets the connection and its subscriptions. */
  close(id: string): Promise<void>;
  subscribers(channel: string): Promise<Connection[]>;
}

/** The way back into an open WebSocket. */
export interface Sockets {
  /** False when there is no such connection any more. */
  post(connectionId: string, message: unknown): Promise<boolean>;
  /** Ends it from our side; one that is gone already is no error. */
  close(connectionId: string): Promise<void>;
}

/** The queue to the worker that sends `connected`. */
export interface ConnectedQueue {
  request(connectionId: string): Promise<void>;
}
