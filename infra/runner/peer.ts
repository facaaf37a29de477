import { setTimeout as sleep } from 'node:timers/promises';
import {
  codes,
  isObject,
  type Message,
  notificationText,
  type Params,
  refusalText,
  type Request,
  type RequestId,
  requestText,
  type Response,
} from '../../lib/upstream/json-rpc.ts';
import {
  type Handshake,
  listAll,
  listOffers,
  type McpTool,
  newestSessionProtocol,
  type Offers,
  readHandshake,
  readTools,
} from '../../lib/upstream/server-answers.ts';
import { ServerProcess, type ServerProcessOptions } from './server-process.ts';

/** What is beside the tools is not worth waiting for. */
const offersMs = 5_000;

export interface ServerFacts extends Handshake {
  readonly tools: readonly McpTool[];
  readonly offers: Offers;
}

/** How a server that speaks protocol 2026-07-28 alone refuses a handshake. */
const modernRefusals = new Set<number>([
  codes.methodNotFound,
  codes.unsupportedVersion,
  codes.invalidParams,
  codes.invalidRequest,
]);

interface Pending {
  readonly resolve: (answer: Response) => void;
  readonly onProgress: ((params: Params) => void) | undefined;
  readonly since: number;
}

/** The runner's own connection to a server process: its requests carry ids and progress tokens of the runner. */
export class Peer {
  readonly process: ServerProcess;
  /** Gets what the server says to all its clients: changed lists, updated resources, log lines. */
  readonly listeners = new Set<(method: string, params: Params) => void>();
  /** What the server asks its client. Without a listener it is refused, as the runner declares no capability of a client. */
  onRequest: ((request: Request) => void) | undefined;
  readonly #pending = new Map<RequestId, Pending>();
  #ids = 0;

  /** Over a process of its own, or over one that somebody else has proven and handed over. */
  constructor(options: Omit<ServerProcessOptions, 'onMessage'> | ServerProcess) {
    const listener = { onMessage: (_text: string, message: Message) => this.#receive(message) };
    this.process = options instanceof ServerProcess ? options : new ServerProcess({ ...options, ...listener });
    this.process.handTo({ ...(options instanceof ServerProcess ? {} : options), ...listener });
    void this.#answerAtEnd();
  }

  /** How many requests wait for their answers. */
  get busy(): number {
    return this.#pending.size;
  }

  /** How long the oldest request has been waiting, in ms. */
  get waitingMs(): number | undefined {
    const [oldest] = this.#pending.values();
    return oldest === undefined ? undefined : performance.now() - oldest.since;
  }

  /**
   * Sends a request. The answer is an error answer when the process ends. When `signal` is aborted the server gets a cancellation, and the promise
   * stays pending: race it.
   */
  request(
    method: string,
    params: Params = {},
    { onProgress, signal }: { readonly onProgress?: (params: Params) => void; readonly signal?: AbortSignal } = {},
  ): Promise<Response> {
    const id = (this.#ids += 1);
    const meta = isObject(params['_meta']) ? params['_meta'] : {};
    const sent = onProgress === undefined ? params : { ...params, _meta: { ...meta, progressToken: id } };
    const cancel = (): void => {
      if (!this.#pending.delete(id)) return;
      this.process.send(notificationText('notifications/cancelled', { requestId: id, reason: 'the caller went away' }));
    };
    return new Promise((resolve) => {
      const answered = (answer: Response): void => {
        signal?.removeEventListener('abort', cancel);
        resolve(answer);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.#pending.set(id, { resolve: answered, onProgress, since: performance.now() });
      this.process.send(requestText(id, method, sent));
    });
  }

  /**
   * The handshake, then the lists of what it offers.
   * @throws Error with a reason for people when the server refuses.
   */
  async meet(version: string): Promise<ServerFacts> {
    const handshake = await this.handshake(version);
    const { capabilities: offered } = handshake;
    const tools = isObject(offered['tools']) ? await this.listTools() : [];
    return { ...handshake, tools, offers: await this.listOffers(offered) };
  }

  /** @throws as {@link meet}. */
  async handshake(version: string, capabilities: Params = {}): Promise<Handshake> {
    const clientInfo = { name: 'mcp-platform-runner', version };
    const params = { protocolVersion: newestSessionProtocol, capabilities, clientInfo };
    const answer = await this.request('initialize', params);
    const isRefused = answer.error !== undefined && modernRefusals.has(answer.error.code);
    if (isRefused && !this.process.isModern) {
      this.process.speakModern();
      const again = Promise.race([this.handshake(version, capabilities), lateness('server/discover')]);
      // Why it refused says more than that it knows no other protocol either.
      return again.catch(() => requireResult('initialize', answer) as never);
    }
    const handshake = readHandshake(requireResult('initialize', answer));
    this.process.send(notificationText('notifications/initialized'));
    return handshake;
  }

  /** Prompts, resources and their templates. */
  listOffers(capabilities: Params): Promise<Offers> {
    return listOffers(capabilities, (method, params) =>
      Promise.race([this.#require(method, params), lateness(method)]),
    );
  }

  /** @throws Error with a reason for people. */
  async listTools(): Promise<McpTool[]> {
    return readTools(await listAll('tools/list', 'tools', (params) => this.#require('tools/list', params)));
  }

  async #answerAtEnd(): Promise<void> {
    const how = await this.process.ended;
    const error = { code: codes.serverDown, message: `The MCP server is gone: ${how}` };
    for (const [id, { resolve }] of this.#pending) resolve({ kind: 'response', id, error });
    this.#pending.clear();
  }

  async #require(method: string, params: Params): Promise<unknown> {
    return requireResult(method, await this.request(method, params));
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case 'response': {
        // An answer that names nobody can only be the one that is waited for.
        const id = message.id ?? (this.#pending.size === 1 ? [...this.#pending.keys()][0] : undefined);
        const pending = id === undefined ? undefined : this.#pending.get(id);
        if (pending === undefined || id === undefined) return;
        this.#pending.delete(id);
        pending.resolve(message);
        return;
      }
      case 'notification': {
        const token = message.params['progressToken'];
        if (message.method === 'notifications/progress') {
          if (typeof token === 'number') this.#pending.get(token)?.onProgress?.(message.params);
        } else for (const listen of this.listeners) listen(message.method, message.params);
        return;
      }
      case 'request':
        if (message.method !== 'ping' && this.onRequest) this.onRequest(message);
        else this.process.send(refusalText(message.id, message.method));
    }
  }
}

function requireResult(method: string, { result, error }: Response): unknown {
  if (error === undefined) return result;
  throw new Error(`the server answered ${method} with an error: ${error.message}`);
}

async function lateness(method: string): Promise<never> {
  await sleep(offersMs, undefined, { ref: false });
  throw new Error(`the server did not answer ${method} in time`);
}
