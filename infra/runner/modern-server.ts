import {
  codes,
  errorText,
  isObject,
  type Message,
  notificationText,
  type Params,
  type Request,
  type RequestId,
  requestText,
  type Response,
  resultText,
} from '../../lib/upstream/json-rpc.ts';
import { readDiscovery } from '../../lib/upstream/server-answers.ts';
import { metaKeys, sessionProtocols, statelessProtocol } from '../../lib/upstream/stateless-request.ts';

/** Both ends of a server: `write` to it, `deliver` what its client is to get. */
export interface ModernEnds {
  readonly write: (text: string) => void;
  readonly deliver: (text: string, message: Message) => void;
}

interface Pending {
  /** As the client sent it. */
  readonly request: Request;
  /** Turns the server's answer into what the client waits for; the answer itself where there is none. */
  readonly read?: (result: Params) => Params;
}

/** What a server wants to know before it answers, and what is known of it. */
interface Asked {
  readonly request: Request;
  readonly requestState: unknown;
  readonly open: Set<string>;
  readonly answers: Record<string, unknown>;
}

const logLevelKey = 'io.modelcontextprotocol/logLevel';

/**
 * Stands between a server that speaks protocol 2026-07-28 alone and everything here, which speaks the ones with a handshake: the handshake becomes
 * `server/discover`, every request gets its envelope, what the server asks by its results becomes requests to the client, and subscriptions become one
 * stream of `subscriptions/listen`.
 */
export class ModernServer {
  readonly #ends: ModernEnds;
  readonly #pending = new Map<RequestId, Pending>();
  readonly #asked = new Map<RequestId, { readonly key: string; readonly of: Asked }>();
  readonly #resources = new Set<string>();
  #clientInfo: unknown = { name: 'mcp-platform-runner', version: '1.0.0' };
  #clientCapabilities: Params = {};
  #serverCapabilities: Params = {};
  #logLevel: unknown;
  #ids = 0;
  #listening: string | undefined;

  constructor(ends: ModernEnds) {
    this.#ends = ends;
  }

  /** A message of the client. */
  take(message: Message): void {
    if (message.kind === 'request') this.#request(message);
    else if (message.kind === 'response') this.#answered(message);
    else if (message.method === 'notifications/initialized') this.#listen();
    else if (message.method === 'notifications/cancelled') this.#cancel(message.params);
  }

  /** A message of the server. */
  receive(text: string, message: Message): void {
    if (message.kind === 'request') {
      this.#ends.write(
        errorText(message.id, { code: codes.methodNotFound, message: 'This protocol has no requests of servers' }),
      );
    } else if (message.kind === 'notification') {
      if (message.method !== 'notifications/subscriptions/acknowledged') this.#ends.deliver(text, message);
    } else if (message.id !== null && message.id !== this.#listening) this.#receiveAnswer(message.id, text, message);
  }

  #request(request: Request): void {
    const { id, method, params } = request;
    switch (method) {
      case 'initialize': {
        const { clientInfo, capabilities, protocolVersion } = params;
        this.#clientInfo = clientInfo ?? this.#clientInfo;
        this.#clientCapabilities = isObject(capabilities) ? capabilities : {};
        const version = sessionProtocols.find((known) => known === protocolVersion) ?? sessionProtocols[0];
        return this.#send(request, 'server/discover', {}, (result) => {
          const { protocolVersion: _, ...said } = readDiscovery(result);
          this.#serverCapabilities = said.capabilities;
          return { ...said, protocolVersion: version };
        });
      }
      case 'ping':
        return this.#send(request, 'server/discover', {}, () => ({}));
      case 'logging/setLevel':
        this.#logLevel = params['level'];
        return this.#deliver({ kind: 'response', id, result: {} });
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        if (method === 'resources/subscribe') this.#resources.add(String(params['uri']));
        else this.#resources.delete(String(params['uri']));
        this.#listen();
        return this.#deliver({ kind: 'response', id, result: {} });
      default:
        return this.#send(request, method, params);
    }
  }

  #send(request: Request, method: string, params: Params, read?: Pending['read']): void {
    const id = this.#newId();
    this.#pending.set(id, { request, ...(read && { read }) });
    this.#ends.write(requestText(id, method, this.#withEnvelope(params)));
  }

  #withEnvelope(params: Params): Params {
    const meta = isObject(params['_meta']) ? params['_meta'] : {};
    const envelope = {
      [metaKeys.protocolVersion]: statelessProtocol,
      [metaKeys.clientInfo]: this.#clientInfo,
      [metaKeys.clientCapabilities]: this.#clientCapabilities,
      ...(this.#logLevel !== undefined && { [logLevelKey]: this.#logLevel }),
    };
    return { ...params, _meta: { ...meta, ...envelope } };
  }

  #receiveAnswer(id: RequestId, text: string, { result, error }: Response): void {
    const pending = this.#pending.get(id);
    // What names nobody is for the client to make sense of.
    if (!pending) return this.#ends.deliver(text, { kind: 'response', id, result, ...(error && { error }) });
    this.#pending.delete(id);
    const { request, read } = pending;
    if (error || !isObject(result))
      return this.#deliver({ kind: 'response', id: request.id, result, ...(error && { error }) });
    if (result['resultType'] === 'input_required') return this.#ask(request, result);
    const { resultType: _, ...rest } = result;
    this.#deliver({ kind: 'response', id: request.id, result: read ? read(result) : rest });
  }

  /** The server answers when it has an answer of the client: its questions go there as requests. */
  #ask(request: Request, { inputRequests, requestState }: Params): void {
    const questions = Object.entries(isObject(inputRequests) ? inputRequests : {});
    const asked: Asked = { request, requestState, open: new Set(questions.map(([key]) => key)), answers: {} };
    if (questions.length === 0) return this.#again(asked);
    for (const [key, question] of questions) {
      const { method, params } = isObject(question) ? question : {};
      const id = this.#newId();
      this.#asked.set(id, { key, of: asked });
      this.#deliver({ kind: 'request', id, method: String(method), params: isObject(params) ? params : {} });
    }
  }

  #answered({ id, result, error }: Response): void {
    const question = id === null ? undefined : this.#asked.get(id);
    if (!question || id === null) return;
    this.#asked.delete(id);
    const { key, of } = question;
    if (error) {
      for (const [other, each] of this.#asked) if (each.of === of) this.#asked.delete(other);
      return this.#deliver({ kind: 'response', id: of.request.id, error });
    }
    of.answers[key] = result;
    of.open.delete(key);
    if (of.open.size === 0) this.#again(of);
  }

  #again({ request, requestState, answers }: Asked): void {
    const state = requestState === undefined ? {} : { requestState };
    this.#send(request, request.method, { ...request.params, inputResponses: answers, ...state });
  }

  #cancel(params: Params): void {
    for (const [id, { request }] of this.#pending) {
      if (request.id !== params['requestId']) continue;
      this.#ends.write(notificationText('notifications/cancelled', { ...params, requestId: id }));
    }
  }

  /** One stream for all that the client follows; a new one takes the place of the last. */
  #listen(): void {
    const changes = (['tools', 'prompts', 'resources'] as const).flatMap((name) => {
      const capability = this.#serverCapabilities[name];
      return isObject(capability) && capability['listChanged'] === true ? [[`${name}ListChanged`, true] as const] : [];
    });
    if (changes.length === 0 && this.#resources.size === 0) return;
    const former = this.#listening;
    this.#listening = this.#newId();
    const notifications = { ...Object.fromEntries(changes), resourceSubscriptions: [...this.#resources] };
    this.#ends.write(requestText(this.#listening, 'subscriptions/listen', this.#withEnvelope({ notifications })));
    if (former !== undefined) this.#ends.write(notificationText('notifications/cancelled', { requestId: former }));
  }

  #deliver(message: Exclude<Message, { kind: 'notification' }>): void {
    const text =
      message.kind === 'request'
        ? requestText(message.id, message.method, message.params)
        : message.error
          ? errorText(message.id, message.error)
          : resultText(message.id ?? '', message.result);
    this.#ends.deliver(text, message);
  }

  #newId(): string {
    return `runner-${(this.#ids += 1)}`;
  }
}
