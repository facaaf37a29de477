import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { EventStream, readEventId } from './event-stream.ts';
import { Exchange, type ExchangeOptions } from './mcp-exchange.ts';
import { type HangTiming, watchForHang } from './hang-watch.ts';
import { isId, isObject, type Message, progressTokenOf, type RequestId } from './json-rpc.ts';
import { ResumableStreams } from './resumable-streams.ts';
import { endedError, ServerProcess, type ServerProcessOptions } from './server-process.ts';

/** The session's own stream, which the client opens with GET. */
const STANDALONE = 'standalone';
/** A cancelled request whose answer is on its way still gets it. */
const CANCEL_GRACE_MS = 1_000;
const PRIMING_SINCE = '2025-11-25';

export interface SessionOptions {
  readonly start: Omit<ServerProcessOptions, 'onMessage'>;
  readonly hang: HangTiming;
  /** How long the server may take to answer `initialize`. */
  readonly startMs: number;
  readonly onEnd: (how: string) => void;
}

/** A message as the client sent it, on one line. */
export interface Posted {
  readonly text: string;
  readonly message: Message;
}

/** A client's session with a server process of its own: stdio knows one client, so what the server says is this client's. */
export class Session {
  readonly id = randomUUID();
  usedAt = performance.now();
  /** As the server and the client agreed. */
  protocolVersion: string | undefined;
  readonly process: ServerProcess;
  readonly #options: SessionOptions;
  readonly #exchanges = new Set<Exchange>();
  readonly #streams = new ResumableStreams();
  #counter = 0;
  #initializeId: RequestId | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.process = new ServerProcess({
      ...options.start,
      onMessage: (text, message) => this.#fromServer(text, message),
    });
    watchForHang(this.process, options.hang);
    void this.#answerAtEnd();
  }

  get busy(): boolean {
    return this.#exchanges.size > 0;
  }

  /** Whether a request of this session with that id still waits for its answer. */
  isPending(id: RequestId): boolean {
    return [...this.#exchanges].some(({ pending }) => pending.has(id));
  }

  /** Passes a POST on. The response is ended when the requests in it are answered, at once when there are none. */
  post(posted: readonly Posted[], response: ServerResponse, shape: Pick<ExchangeOptions, 'batch' | 'accepts'>): void {
    this.usedAt = performance.now();
    const requests = posted.flatMap(({ message }) =>
      message.kind === 'request' ? [{ id: message.id, progressToken: progressTokenOf(message.params) }] : [],
    );
    if (requests.length > 0) this.#open(requests, response, shape);
    for (const { text, message } of posted) {
      if (message.kind === 'request' && message.method === 'initialize') this.#awaitHandshake(message.id);
      if (message.kind === 'notification') this.#noticeCancel(message);
      this.process.send(text);
    }
    if (requests.length === 0) response.writeHead(202).end();
  }

  /** Opens the session's own stream, or goes on with the one that an event id names. False when there is nothing to go on with. */
  listen(response: ServerResponse, lastEventId: string | undefined): boolean {
    this.usedAt = performance.now();
    const last = lastEventId === undefined ? undefined : readEventId(lastEventId);
    if (last === undefined || last.stream === STANDALONE) {
      this.#standalone().attach(response, last?.sequence);
      return true;
    }
    const stream = this.#streams.get(last.stream);
    if (stream === undefined || (stream.finishedAt !== undefined && !stream.has(last.sequence))) return false;
    stream.attach(response, last.sequence);
    return true;
  }

  end(): Promise<void> {
    return this.process.stop();
  }

  async #answerAtEnd(): Promise<void> {
    const how = await this.process.ended;
    for (const exchange of this.#exchanges) {
      for (const id of exchange.pending) exchange.answer(id, endedError(id, how));
    }
    this.#streams.finishAll();
    this.#options.onEnd(how);
  }

  #open(
    requests: ExchangeOptions['requests'],
    response: ServerResponse,
    shape: Pick<ExchangeOptions, 'batch' | 'accepts'>,
  ): void {
    this.#counter += 1;
    const exchange = new Exchange({
      ...shape,
      id: String(this.#counter),
      response,
      requests,
      priming: this.#priming,
      onStream: (stream) => this.#streams.keep(stream),
      onDone: () => {
        this.#exchanges.delete(exchange);
        this.usedAt = performance.now();
      },
    });
    this.#exchanges.add(exchange);
  }

  #awaitHandshake(id: RequestId): void {
    this.#initializeId = id;
    const { startMs } = this.#options;
    const late = setTimeout(() => {
      const seconds = Math.round(startMs / 1_000);
      if (this.protocolVersion === undefined) this.process.kill(`did not answer the handshake within ${seconds} s`);
    }, startMs).unref();
    void this.process.ended.then(() => clearTimeout(late));
  }

  get #priming(): boolean {
    return (this.protocolVersion ?? '') >= PRIMING_SINCE;
  }

  #standalone(): EventStream {
    const known = this.#streams.get(STANDALONE);
    if (known !== undefined) return known;
    const stream = new EventStream(STANDALONE, this.#priming);
    this.#streams.keep(stream);
    return stream;
  }

  #fromServer(text: string, message: Message): void {
    if (message.kind !== 'response') {
      const exchange = this.#concerning(message);
      if (exchange?.say(text) !== true) this.#standalone().write(text);
      return;
    }
    const { id, result } = message;
    if (id === null) return;
    const agreed = id === this.#initializeId ? result?.['protocolVersion'] : undefined;
    if (typeof agreed === 'string') this.protocolVersion = agreed;
    for (const exchange of this.#exchanges) if (exchange.pending.has(id)) exchange.answer(id, text);
  }

  /**
   * The POST that a message of the server belongs to. Standard output does not tell, so: progress by its token;
   * requests and log lines while a single call runs, to that call, so that they cannot be lost between a call and a
   * GET stream that is not open yet; everything else to the session's own stream, where it waits for a listener.
   */
  #concerning({ method, params }: Exclude<Message, { kind: 'response' }>): Exchange | undefined {
    const exchanges = [...this.#exchanges];
    if (method === 'notifications/progress') {
      const token = params['progressToken'];
      return exchanges.find(({ progressTokens }) => isId(token) && progressTokens.has(token));
    }
    if (method.endsWith('/list_changed') || method === 'notifications/resources/updated') return undefined;
    const open = exchanges.filter((exchange) => exchange.open);
    if (open.length > 1 && this.#streams.get(STANDALONE)?.connected === true) return undefined;
    return open.at(-1);
  }

  #noticeCancel({ method, params }: Extract<Message, { kind: 'notification' }>): void {
    const id = isObject(params) ? params['requestId'] : undefined;
    if (method !== 'notifications/cancelled' || !isId(id)) return;
    for (const exchange of this.#exchanges) {
      if (exchange.pending.has(id)) setTimeout(() => exchange.drop(id), CANCEL_GRACE_MS).unref();
    }
  }
}
