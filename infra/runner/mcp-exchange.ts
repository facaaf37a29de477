import type { ServerResponse } from 'node:http';
import type { RequestId } from '../../lib/upstream/json-rpc.ts';
import { EventStream } from './event-stream.ts';

/** A call that takes longer is answered as a stream, so that nothing between takes the connection for dead. */
const plainMs = 2_000;

export interface ExchangeOptions {
  readonly id: string;
  readonly response: ServerResponse;
  /** The requests of this POST. */
  readonly requests: readonly { readonly id: RequestId; readonly progressToken?: RequestId | undefined }[];
  /** The POST was an array. */
  readonly batch: boolean;
  readonly accepts: { readonly json: boolean; readonly stream: boolean };
  readonly priming: boolean;
  readonly onStream: (stream: EventStream) => void;
  readonly onDone: () => void;
}

/**
 * A POST with requests and its answer: plain JSON when the response is all there is to say, a stream of events as
 * soon as the server says something before it, or takes its time.
 */
export class Exchange {
  readonly pending: Set<RequestId>;
  readonly since = performance.now();
  readonly progressTokens: ReadonlySet<RequestId>;
  readonly #options: ExchangeOptions;
  readonly #answers: string[] = [];
  readonly #timer: NodeJS.Timeout;
  #stream: EventStream | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.pending = new Set(options.requests.map(({ id }) => id));
    this.progressTokens = new Set(
      options.requests.flatMap(({ progressToken }) => (progressToken === undefined ? [] : [progressToken])),
    );
    const wait = options.accepts.json ? plainMs : 0;
    this.#timer = setTimeout(() => this.#startStream(), wait).unref();
  }

  /** Whether what is said now reaches the client. */
  get open(): boolean {
    return this.#stream?.connected ?? (this.#options.accepts.stream && !this.#options.response.destroyed);
  }

  /** Whether somebody still waits for the answer. */
  get awaited(): boolean {
    return this.#stream?.connected ?? !this.#options.response.destroyed;
  }

  /** Says something before the answer. False when this client takes only plain JSON. */
  say(text: string): boolean {
    const stream = this.#startStream();
    stream?.write(text);
    return stream !== undefined;
  }

  answer(id: RequestId, text: string): void {
    if (!this.pending.delete(id)) return;
    if (!this.#options.accepts.json) this.#startStream();
    if (this.#stream !== undefined) this.#stream.write(text);
    else this.#answers.push(text);
    if (this.pending.size === 0) this.#finish();
  }

  /** A cancelled request gets no answer. */
  drop(id: RequestId): void {
    if (!this.pending.delete(id) || this.pending.size > 0) return;
    if (this.#answers.length === 0) this.#startStream();
    this.#finish();
  }

  #startStream(): EventStream | undefined {
    const { id, response, accepts, priming, onStream } = this.#options;
    if (this.#stream !== undefined || !accepts.stream) return this.#stream;
    this.#stream = new EventStream(id, priming);
    onStream(this.#stream);
    if (!response.destroyed) this.#stream.attach(response);
    for (const text of this.#answers.splice(0)) this.#stream.write(text);
    return this.#stream;
  }

  #finish(): void {
    clearTimeout(this.#timer);
    const { response, batch, onDone } = this.#options;
    if (this.#stream !== undefined) this.#stream.finish();
    else if (!response.destroyed) {
      const body = batch ? `[${this.#answers.join(',')}]` : (this.#answers[0] ?? '');
      if (body === '') response.writeHead(202).end();
      else {
        // With its length it goes out in one piece.
        const length = Buffer.byteLength(body);
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': length }).end(body);
      }
    }
    onDone();
  }
}
