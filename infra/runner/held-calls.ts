import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  codes,
  errorText,
  isObject,
  type Params,
  type Request,
  type Response,
  resultText,
  type RpcError,
} from '../../lib/upstream/json-rpc.ts';
import type { CallerPeer } from './caller-peers.ts';

/** For so long a client may gather what the server asked for. */
const heldMs = 5 * 60_000;
/** Questions that come together are asked together. */
const togetherMs = 20;
const maxHeld = 200;

/** Which capability of a client a question needs. */
const capabilityName: Readonly<Record<string, string>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};

export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Pick<Response, 'result' | 'error'> }
  | { readonly kind: 'input'; readonly inputRequests: Params; readonly requestState: string }
  | { readonly kind: 'invalid'; readonly error: RpcError };

interface Held {
  readonly caller: string;
  readonly fingerprint: string;
  readonly open: Map<string, Request>;
  readonly wait: () => Promise<Outcome>;
  readonly give: (responses: Params) => void;
  readonly giveUp: () => void;
  expiry: NodeJS.Timeout | undefined;
  /** The name that its client knows, anew with each round; undefined while the server works. */
  state: string | undefined;
}

/**
 * Calls in which a server of an earlier revision asked its client something: the client of 2026-07-28 gets the questions as a result that requires
 * input, and comes back with the same request and the answers, while the server waits. The state that the client brings back names the call.
 */
export class HeldCalls {
  readonly #held = new Map<string, Held>();
  readonly #replicaId: string;

  constructor(replicaId: string) {
    this.#replicaId = replicaId;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Makes a call in a process of the caller's own, up to its answer or its first questions. `signal` gives it up. */
  start(
    taken: CallerPeer,
    caller: string,
    { method, params }: Request,
    sent: Params,
    options: {
      readonly capabilities: Params;
      readonly onProgress?: (params: Params) => void;
      readonly signal: AbortSignal;
    },
  ): Promise<Outcome> {
    const { peer } = taken;
    const open = new Map<string, Request>();
    const givingUp = new AbortController();
    let asked = Promise.withResolvers<void>();
    let questions = 0;
    peer.onRequest = (request) => {
      const capability = capabilityName[request.method];
      if (capability === undefined || !isObject(options.capabilities[capability])) {
        const error = { code: codes.methodNotFound, message: `The client does not offer ${request.method}` };
        peer.process.send(errorText(request.id, error));
        return;
      }
      open.set(keyOf(request, (questions += 1)), request);
      asked.resolve();
    };
    const over = (): void => {
      peer.onRequest = undefined;
      this.#forget(held);
      taken.release();
    };
    const answer = peer.request(method, sent, {
      signal: givingUp.signal,
      ...(options.onProgress && { onProgress: options.onProgress }),
    });
    const held: Held = {
      caller,
      fingerprint: fingerprintOf(method, params),
      open,
      expiry: undefined,
      state: undefined,
      wait: async () => {
        const first = await Promise.race([answer, asked.promise]);
        if (first === undefined) {
          const late = await Promise.race([answer, sleep(togetherMs)]);
          if (late === undefined) {
            asked = Promise.withResolvers();
            return {
              kind: 'input',
              inputRequests: questionsOf(open),
              requestState: `runner-call-${this.#replicaId}.${randomUUID()}`,
            };
          }
          over();
          return { kind: 'answer', answer: late };
        }
        over();
        return { kind: 'answer', answer: first };
      },
      give: (responses) => {
        for (const [key, request] of open) {
          if (!isObject(responses[key])) continue;
          open.delete(key);
          peer.process.send(resultText(request.id, responses[key]));
        }
        if (open.size > 0) asked.resolve();
      },
      giveUp: () => {
        givingUp.abort();
        for (const { id } of open.values())
          peer.process.send(errorText(id, { code: codes.internal, message: 'The client gave no answer' }));
        over();
      },
    };
    options.signal.addEventListener('abort', () => {
      // One that waits for its client outlives the connection.
      if (held.state === undefined) held.giveUp();
    });
    return this.#wait(held);
  }

  /** Goes on with the call that `requestState` names. */
  resume(requestState: unknown, caller: string, { method, params }: Request): Promise<Outcome> | Outcome {
    const held = typeof requestState === 'string' ? this.#held.get(requestState) : undefined;
    if (!held || held.caller !== caller || held.fingerprint !== fingerprintOf(method, params)) {
      return { kind: 'invalid', error: { code: codes.invalidParams, message: 'The requestState is not of this call' } };
    }
    this.#forget(held);
    const { inputResponses } = params;
    held.give(isObject(inputResponses) ? inputResponses : {});
    return this.#wait(held);
  }

  /** False when no call waits for its client. */
  giveUpOldest(): boolean {
    const [oldest] = this.#held.values();
    oldest?.giveUp();
    return oldest !== undefined;
  }

  async #wait(held: Held): Promise<Outcome> {
    const outcome = await held.wait();
    if (outcome.kind !== 'input') return outcome;
    held.state = outcome.requestState;
    this.#held.set(held.state, held);
    held.expiry = setTimeout(() => held.giveUp(), heldMs).unref();
    if (this.#held.size > maxHeld) this.giveUpOldest();
    return outcome;
  }

  #forget(held: Held): void {
    clearTimeout(held.expiry);
    if (held.state !== undefined) this.#held.delete(held.state);
    held.state = undefined;
  }
}

function questionsOf(open: ReadonlyMap<string, Request>): Params {
  return Object.fromEntries(
    [...open].map(([key, { method, params }]) => [key, { method, params: withoutMeta(params) }]),
  );
}

/** A form with one field is named after it; anything else by its kind and number. */
function keyOf({ method, params }: Request, number: number): string {
  const schema = params['requestedSchema'];
  const fields = isObject(schema) && isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  const [only = ''] = fields;
  return fields.length === 1 && /^[\w-]{1,64}$/.test(only) ? only : `${method.replace('/', '-')}-${number}`;
}

function withoutMeta({ _meta, ...params }: Params): Params {
  return params;
}

/** What must be the same when a client comes back: all but the envelope and what MRTR adds. */
function fingerprintOf(
  method: string,
  { _meta, inputResponses: _given, requestState: _state, ...params }: Params,
): string {
  return JSON.stringify([method, params]);
}
