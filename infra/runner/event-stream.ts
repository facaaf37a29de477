import type { ServerResponse } from 'node:http';

const maxEvents = 1_000;
const maxCharacters = 2_000_000;
/** A client that has not read this much of earlier messages is cut off; it may resume. */
const behindBytes = 16 * 1024 * 1024;
const keepAliveMs = 15_000;
const retryMs = 1_000;

/**
 * One stream of server-sent events of a session, over as many connections as the client makes. Events are kept (1,000
 * or 2 million characters) so that a client that comes back with `Last-Event-ID` misses none.
 */
export class EventStream {
  readonly id: string;
  /** Since when nothing more will come. */
  finishedAt: number | undefined;
  readonly #priming: boolean;
  readonly #resumable: boolean;
  readonly #events: { readonly sequence: number; readonly data: string }[] = [];
  #characters = 0;
  #sequence = 0;
  #unsent = 0;
  #response: ServerResponse | undefined;
  #keepAlive: NodeJS.Timeout | undefined;

  /**
   * `priming`: each connection begins with an empty event to resume from, which clients before 2025-11-25 do not know.
   * `resumable`: events carry ids, which protocol 2026-07-28 no longer knows.
   */
  constructor(id: string, priming: boolean, resumable = true) {
    this.id = id;
    this.#priming = priming;
    this.#resumable = resumable;
  }

  /** How much is kept. */
  get characters(): number {
    return this.#characters;
  }

  get connected(): boolean {
    return this.#response !== undefined;
  }

  /** Goes on over this connection: from after `last`, or with what nobody has been sent yet. An earlier connection is ended. */
  attach(response: ServerResponse, last?: number): void {
    this.#response?.end();
    this.#response = response;
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    response.once('close', () => {
      if (this.#response === response) this.#detach();
    });
    const from = last ?? this.#unsent;
    if (this.#priming) response.write(`id: ${this.id}_${from}\nretry: ${retryMs}\ndata: \n\n`);
    for (const { sequence, data } of this.#events) if (sequence > from) this.#send(sequence, data);
    this.#unsent = this.#sequence;
    if (this.finishedAt !== undefined) {
      this.#close();
      return;
    }
    this.#keepAlive = setInterval(() => response.write(':\n\n'), keepAliveMs).unref();
  }

  /** Whether something waits after that event. */
  has(after: number): boolean {
    return this.#sequence > after;
  }

  write(data: string): void {
    this.#sequence += 1;
    this.#events.push({ sequence: this.#sequence, data });
    this.#characters += data.length;
    while (this.#events.length > maxEvents || (this.#characters > maxCharacters && this.#events.length > 1)) {
      this.#characters -= this.#events.shift()?.data.length ?? 0;
    }
    if (this.#response === undefined) return;
    this.#send(this.#sequence, data);
    this.#unsent = this.#sequence;
  }

  finish(): void {
    this.finishedAt ??= performance.now();
    this.#close();
  }

  #send(sequence: number, data: string): void {
    const response = this.#response;
    if (response === undefined) return;
    // What waits now was written before: the size of a single message says nothing about the reader.
    if (response.writableLength > behindBytes) {
      response.destroy();
      return;
    }
    const id = this.#resumable ? `id: ${this.id}_${sequence}\n` : '';
    response.write(`event: message\n${id}data: ${data}\n\n`);
  }

  #close(): void {
    this.#response?.end();
    this.#detach();
  }

  #detach(): void {
    clearInterval(this.#keepAlive);
    this.#response = undefined;
  }
}

/** Reads a `Last-Event-ID` of ours. */
export function readEventId(text: string): { readonly stream: string; readonly sequence: number } | undefined {
  const { stream, sequence } = /^(?<stream>[\w-]{1,40})_(?<sequence>\d{1,15})$/.exec(text)?.groups ?? {};
  return stream === undefined || sequence === undefined ? undefined : { stream, sequence: Number(sequence) };
}
