import {
  codes,
  isObject,
  type Message,
  notificationText,
  type Params,
  type RequestId,
  requestText,
  resultText,
  errorText,
} from './json-rpc.ts';
import { ServerProcess, type ServerProcessOptions } from './server-process.ts';

const newestProtocol = '2025-11-25';
const LIST_PAGES = 50;

export interface ServerFacts {
  readonly protocolVersion: string;
  readonly serverInfo: { readonly name: string; readonly version: string };
  readonly capabilities: Params;
  readonly instructions?: string;
  readonly tools: readonly Tool[];
}

export interface Tool {
  readonly name: string;
  readonly description?: string;
  readonly inputSchema: Params;
}

export type Answer = Extract<Message, { kind: 'response' }>;

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly onProgress: ((params: Params) => void) | undefined;
}

/** The runner's own connection to a server process: its requests carry ids and progress tokens of the runner. */
export class Peer {
  readonly process: ServerProcess;
  /** What the server tells all its clients: changed lists, updated resources. */
  onNotification: ((method: string, params: Params) => void) | undefined;
  readonly #pending = new Map<RequestId, Pending>();
  #ids = 0;

  constructor(options: Omit<ServerProcessOptions, 'onMessage'>) {
    this.process = new ServerProcess({ ...options, onMessage: (_text, message) => this.#take(message) });
    void this.#answerAtEnd();
  }

  /** How many requests wait for their answers. */
  get busy(): number {
    return this.#pending.size;
  }

  /**
   * Sends a request. The answer is an error answer when the process ends. When `signal` is aborted the server is told
   * so, and the promise stays pending: race it.
   */
  request(
    method: string,
    params: Params = {},
    { onProgress, signal }: { readonly onProgress?: (params: Params) => void; readonly signal?: AbortSignal } = {},
  ): Promise<Answer> {
    const id = (this.#ids += 1);
    const meta = isObject(params['_meta']) ? params['_meta'] : {};
    const sent = onProgress === undefined ? params : { ...params, _meta: { ...meta, progressToken: id } };
    const cancel = (): void => {
      if (!this.#pending.delete(id)) return;
      this.process.send(notificationText('notifications/cancelled', { requestId: id, reason: 'the caller went away' }));
    };
    return new Promise((resolve) => {
      const answered = (answer: Answer): void => {
        signal?.removeEventListener('abort', cancel);
        resolve(answer);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.#pending.set(id, { resolve: answered, onProgress });
      this.process.send(requestText(id, method, sent));
    });
  }

  /**
   * The handshake, then the list of tools.
   * @throws Error with a reason for people when the server refuses.
   */
  async meet(version: string): Promise<ServerFacts> {
    const clientInfo = { name: 'mcp-platform-runner', version };
    const hello = await this.#demand('initialize', { protocolVersion: newestProtocol, capabilities: {}, clientInfo });
    this.process.send(notificationText('notifications/initialized'));
    const { protocolVersion, serverInfo, capabilities, instructions } = hello;
    const known = isObject(serverInfo) ? serverInfo : {};
    const can = isObject(capabilities) ? capabilities : {};
    return {
      protocolVersion: typeof protocolVersion === 'string' ? protocolVersion : newestProtocol,
      serverInfo: { ...known, name: textOf(known['name'], 'unnamed'), version: textOf(known['version'], '') },
      capabilities: can,
      ...(typeof instructions === 'string' ? { instructions } : {}),
      tools: isObject(can['tools']) ? await this.#listTools() : [],
    };
  }

  async #answerAtEnd(): Promise<void> {
    const how = await this.process.ended;
    const error = { code: codes.serverDown, message: `The MCP server is gone: ${how}` };
    for (const [id, { resolve }] of this.#pending) resolve({ kind: 'response', id, error });
    this.#pending.clear();
  }

  async #listTools(): Promise<Tool[]> {
    const tools: Tool[] = [];
    let cursor: unknown;
    for (let page = 0; page < LIST_PAGES; page += 1) {
      const result = await this.#demand('tools/list', typeof cursor === 'string' ? { cursor } : {});
      for (const tool of Array.isArray(result['tools']) ? result['tools'] : []) {
        if (!isObject(tool) || typeof tool['name'] !== 'string') continue;
        const { name, description, inputSchema } = tool;
        tools.push({
          name,
          ...(typeof description === 'string' ? { description } : {}),
          inputSchema: isObject(inputSchema) ? inputSchema : {},
        });
      }
      cursor = result['nextCursor'];
      if (typeof cursor !== 'string') break;
    }
    return tools;
  }

  async #demand(method: string, params: Params): Promise<Params> {
    const { result, error } = await this.request(method, params);
    if (result !== undefined) return result;
    throw new Error(`the server answered ${method} with an error: ${error?.message ?? 'no result'}`);
  }

  #take(message: Message): void {
    switch (message.kind) {
      case 'response': {
        const pending = message.id === null ? undefined : this.#pending.get(message.id);
        if (pending === undefined || message.id === null) return;
        this.#pending.delete(message.id);
        pending.resolve(message);
        return;
      }
      case 'notification': {
        const token = message.params['progressToken'];
        if (message.method !== 'notifications/progress') this.onNotification?.(message.method, message.params);
        else if (typeof token === 'number') this.#pending.get(token)?.onProgress?.(message.params);
        return;
      }
      case 'request':
        // The runner declares no capability of a client.
        this.process.send(
          message.method === 'ping'
            ? resultText(message.id, {})
            : errorText(message.id, { code: codes.methodNotFound, message: `${message.method} is not supported here` }),
        );
    }
  }
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
