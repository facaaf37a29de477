import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { sourceIp } from './event-headers.ts';
import { socketIdleMs, socketLifeMs } from './limits.ts';

/** What may wait in memory for one slow reader. */
const maxBufferedBytes = 1_048_576;

/** One WebSocket that $connect has let in. */
export class Connection {
  readonly id: string;
  readonly connectedAt: Date;
  readonly identity: { readonly sourceIp: string; readonly userAgent: string };
  lastActiveAt = new Date();
  readonly #socket: WebSocket;
  readonly #idle: NodeJS.Timeout;
  readonly #life: NodeJS.Timeout;
  readonly closed: Promise<void>;

  constructor(opening: Opening, socket: WebSocket) {
    this.id = opening.id;
    this.connectedAt = opening.connectedAt;
    this.identity = opening.identity;
    this.#socket = socket;
    const goAway = (): void => this.close(1001, 'Going away');
    this.#idle = setTimeout(goAway, socketIdleMs);
    this.#life = setTimeout(goAway, socketLifeMs);
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        clearTimeout(this.#idle);
        clearTimeout(this.#life);
        resolve();
      });
    });
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Notes that a message went one way or the other. */
  touch(): void {
    this.lastActiveAt = new Date();
    this.#idle.refresh();
  }

  /** Sends a text message; false when the client does not keep up with what it is sent. */
  send(text: string): boolean {
    if (this.#socket.bufferedAmount > maxBufferedBytes) return false;
    this.#socket.send(text);
    this.touch();
    return true;
  }

  close(code: number, reason?: string): void {
    this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

/** A connection that $connect has not yet decided on. */
export interface Opening {
  readonly id: string;
  readonly connectedAt: Date;
  readonly identity: { readonly sourceIp: string; readonly userAgent: string };
}

export function openingOf(request: IncomingMessage): Opening {
  return {
    // The form of API Gateway's ids: 15 characters and the padding, which has to be escaped in a URL.
    id: `${randomBytes(11).toString('base64url')}=`,
    connectedAt: new Date(),
    identity: { sourceIp: sourceIp(request), userAgent: request.headers['user-agent'] ?? '' },
  };
}

/** The open connections by id: what the management API can reach. */
export type Connections = Map<string, Connection>;
