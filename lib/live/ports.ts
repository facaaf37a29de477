import type { LiveEvent } from '../../events/live-event.ts';
import type { Caller } from '../kernel/http/caller.ts';

/** An event that has its place in the log. */
export interface LoggedEvent {
  /** UUIDv7 of the moment of its publication: sorts the log, resumes a stream. */
  readonly id: string;
  readonly event: LiveEvent;
}

/** Who reads the log: admins hear what belongs to others too. */
export type Listener = Pick<Caller, 'userId' | 'role'>;

/** What was published in the last 24 h, in DynamoDB. */
export interface LiveLog {
  /** Takes an event once: the same key again answers the place that it has. */
  append(key: string, event: LiveEvent): Promise<LoggedEvent>;
  /** Those after `after` that somebody may hear by their owner, oldest first, at most `limit`. Which permission an event requires is for the reader to ask. One that was just written may be missing for a moment. */
  since(listener: Listener, after: string, limit: number): Promise<LoggedEvent[]>;
}

/** A WebSocket that is open, and who opened it. */
export interface Connection {
  readonly id: string;
  readonly caller: Caller;
}

/** Open WebSockets and what they listen to, in DynamoDB; they end by themselves after API Gateway's 2 h. */
export interface ConnectionStore {
  open(connection: Connection): Promise<void>;
  find(id: string): Promise<Connection | undefined>;
  subscribe(connection: Connection, channel: string): Promise<void>;
  unsubscribe(id: string, channel: string): Promise<void>;
  /** Forgets the connection and its subscriptions. */
  close(id: string): Promise<void>;
  subscribers(channel: string): Promise<Connection[]>;
  /** Those that a user has open. */
  ofUser(userId: string): Promise<Connection[]>;
}

/** The way back into an open WebSocket. */
export interface Sockets {
  /** False when there is no such connection any more. */
  post(connectionId: string, message: unknown): Promise<boolean>;
  /** Ends it from our side; one that is gone already is no error. */
  close(connectionId: string): Promise<void>;
}

/** The queue to the workers that send a message to many sockets. */
export interface FanOutQueue {
  send(frame: Record<string, unknown>, connectionIds: readonly string[]): Promise<void>;
}

/** The queue to the worker that sends `connected`. */
export interface ConnectedQueue {
  request(connectionId: string): Promise<void>;
}
