import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import {
  isId,
  isObject,
  type Message,
  notificationText,
  type Params,
  progressTokenOf,
  type RequestId,
  requestText,
  type Response,
} from '../../lib/upstream/json-rpc.ts';
import { EventStream, readEventId } from './event-stream.ts';
import { type HangTiming, watchForHang } from './hang-watch.ts';
import { Exchange, type ExchangeOptions } from './mcp-exchange.ts';
import { ResumableStreams } from './resumable-streams.ts';
import { endedError } from './server-messages.ts';
import { ServerProcess, type ServerProcessOptions } from './server-process.ts';

/** The session's own stream, which the client opens with GET. */
const standaloneStream = 'standalone';
/** A cancelled request whose answer is on its way still gets it. */
const cancelGraceMs = 1_000;
const primingSince = '2025-11-25';
const resumedRequest = 'runner-resumes-session';

export interface SessionOptions {
  readonly id?: string;
  /** Whose session it is: a name that the proxy gives to callers. */
  readonly caller: string;
  readonly start: Omit<ServerProcessOptions, 'onMessage'>;
  /** A process that has answered a handshake already. */
  readonly proven: ServerProcess | undefined;
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
  readonly id: string;
  readonly caller: string;
  usedAt = performance.now();
  /** Whether the client may open the session's own stream. Where it may not, everything comes on the streams of its requests. */
  mayListen = true;
  /** As the server and the client agreed. */
  protocolVersion: string | undefined;
  readonly #options: SessionOptions;
  readonly #exchanges = new Set<Exchange>();
  readonly #streams = new ResumableStreams();
  readonly #agreed = Promise.withResolvers<boolean>();
  #process: ServerProcess;
  #fallible: boolean;
  #counter = 0;
  #resuming = false;
  #initialize: { readonly id: RequestId; readonly text: string } | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.id = options.id ?? randomUUID();
    this.caller = options.caller;
    this.#fallible = options.proven !== undefined;
    this.#process = this.#adopt(options.proven ?? this.#fresh());
  }

  /** Whether somebody waits for an answer, be it that of the handshake. */
  get busy(): boolean {
    return this.#resuming || [...this.#exchanges].some(({ awaited }) => awaited);
  }

  /** Whether the client listens on the session's own stream. */
  get listening(): boolean {
    return this.#streams.get(standaloneStream)?.connected === true;
  }

  /** Whether a request of this session with that id still waits for its answer. */
  isPending(id: RequestId): boolean {
    return [...this.#exchanges].some(({ pending }) => pending.has(id));
  }

  /** Does the handshake again in place of a client that did it with an earlier process. False when the server refuses. */
  resume(params: Params): Promise<boolean> {
    this.#resuming = true;
    this.#sendInitialize(resumedRequest, requestText(resumedRequest, 'initialize', params));
    return this.#agreed.promise;
  }

  /** Passes a POST on. The response is ended when the requests in it are answered, at once when there are none. */
  post(posted: readonly Posted[], response: ServerResponse, shape: Pick<ExchangeOptions, 'batch' | 'accepts'>): void {
    this.usedAt = performance.now();
    const requests = posted.flatMap(({ message }) =>
      message.kind === 'request' ? [{ id: message.id, progressToken: progressTokenOf(message.params) }] : [],
    );
    if (requests.length > 0) this.#open(requests, response, shape);
    for (const { text, message } of posted) {
      if (message.kind === 'request' && message.method === 'initialize') {
        this.#sendInitialize(message.id, text);
        continue;
      }
      if (message.kind === 'notification') this.#noticeCancel(message);
      this.#process.send(text);
    }
    if (requests.length === 0) response.writeHead(202).end();
  }

  /** Opens the session's own stream, or goes on with the one that an event id names. False when there is nothing to go on with. */
  listen(response: ServerResponse, lastEventId: string | undefined): boolean {
    this.usedAt = performance.now();
    const last = lastEventId === undefined ? undefined : readEventId(lastEventId);
    if (last === undefined || last.stream === standaloneStream) {
      this.#standalone().attach(response, last?.sequence);
      return true;
    }
    const stream = this.#streams.get(last.stream);
    if (stream === undefined || (stream.finishedAt !== undefined && !stream.has(last.sequence))) return false;
    stream.attach(response, last.sequence);
    return true;
  }

  end(): Promise<void> {
    return this.#process.stop();
  }

  #fresh(): ServerProcess {
    return new ServerProcess({ ...this.#options.start, onMessage: () => undefined });
  }

  #adopt(process: ServerProcess): ServerProcess {
    process.handTo({ onMessage: (text, message) => this.#fromServer(text, message) });
    void this.#noticeEnd(process);
    return process;
  }

  async #noticeEnd(process: ServerProcess): Promise<void> {
    const how = await process.ended;
    if (this.#process === process) this.#endWith(how);
  }

  #endWith(how: string): void {
    this.#resuming = false;
    this.#agreed.resolve(false);
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

  #sendInitialize(id: RequestId, text: string): void {
    this.#initialize = { id, text };
    this.#process.send(text);
    const { startMs } = this.#options;
    const late = setTimeout(() => {
      const seconds = Math.round(startMs / 1_000);
      if (this.protocolVersion === undefined) this.#process.kill(`did not answer the handshake within ${seconds} s`);
    }, startMs).unref();
    void this.#agreed.promise.then(() => clearTimeout(late));
  }

  get #priming(): boolean {
    return (this.protocolVersion ?? '') >= primingSince;
  }

  #standalone(): EventStream {
    const known = this.#streams.get(standaloneStream);
    if (known !== undefined) return known;
    const stream = new EventStream(standaloneStream, this.#priming);
    this.#streams.keep(stream);
    return stream;
  }

  #fromServer(text: string, message: Message): void {
    if (message.kind !== 'response') {
      const exchange = this.#concerning(message);
      if (exchange?.say(text) !== true) this.#standalone().write(text);
      return;
    }
    const id = message.id ?? this.#onlyPending();
    if (id === undefined) return;
    if (id === this.#initialize?.id && this.protocolVersion === undefined && !this.#noticeHandshake(message)) return;
    const answer = message.id === null ? JSON.stringify({ jsonrpc: '2.0', id, error: message.error }) : text;
    for (const exchange of this.#exchanges) if (exchange.pending.has(id)) exchange.answer(id, answer);
  }

  /** An answer that names nobody can only be the one that is waited for. */
  #onlyPending(): RequestId | undefined {
    const pending = [...this.#exchanges].flatMap((exchange) => [...exchange.pending]);
    return pending.length === 1 ? pending[0] : undefined;
  }

  /** False when the answer is not for the client: a proven process that takes no second handshake gives way to a fresh one. */
  #noticeHandshake({ result, error }: Response): boolean {
    if (error !== undefined && this.#fallible && this.#initialize) {
      this.#fallible = false;
      const former = this.#process;
      this.#process = this.#adopt(this.#fresh());
      this.#process.send(this.#initialize.text);
      void former.stop();
      return false;
    }
    const agreed = isObject(result) ? result['protocolVersion'] : undefined;
    const resumed = this.#initialize?.id === resumedRequest;
    if (typeof agreed === 'string') {
      this.protocolVersion = agreed;
      watchForHang(this.#process, { timing: this.#options.hang, waitingMs: () => this.#waitingMs() });
      if (resumed) this.#process.send(notificationText('notifications/initialized'));
    }
    this.#resuming = false;
    this.usedAt = performance.now();
    this.#agreed.resolve(typeof agreed === 'string');
    return !resumed;
  }

  #waitingMs(): number | undefined {
    const [oldest] = this.#exchanges;
    return oldest === undefined ? undefined : performance.now() - oldest.since;
  }

  /**
   * The POST that a message of the server belongs to. Standard output does not say, so: progress by its token;
   * requests and log lines while a single call runs, to that call, so that they cannot be lost between a call and a
   * GET stream that is not open yet; everything else to the session's own stream, where it waits for a listener.
   */
  #concerning({ method, params }: Exclude<Message, { kind: 'response' }>): Exchange | undefined {
    const exchanges = [...this.#exchanges];
    if (method === 'notifications/progress') {
      const token = params['progressToken'];
      return exchanges.find(({ progressTokens }) => isId(token) && progressTokens.has(token));
    }
    const isForListener = method.endsWith('/list_changed') || method === 'notifications/resources/updated';
    if (isForListener && this.mayListen) return undefined;
    const open = exchanges.filter((exchange) => exchange.open);
    if (open.length > 1 && this.listening) return undefined;
    return open.at(-1);
  }

  #noticeCancel({ method, params }: Extract<Message, { kind: 'notification' }>): void {
    const id = isObject(params) ? params['requestId'] : undefined;
    if (method !== 'notifications/cancelled' || !isId(id)) return;
    for (const exchange of this.#exchanges) {
      if (exchange.pending.has(id)) setTimeout(() => exchange.drop(id), cancelGraceMs).unref();
    }
  }
}
