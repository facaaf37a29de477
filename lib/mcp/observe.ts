import { dataOf } from '../upstream/read-messages.ts';
import { asObject, type RpcId } from './rpc.ts';

/** What became of one request. */
export interface Outcome {
  readonly status: 'ok' | 'error';
  readonly errorCode: string | undefined;
}

/** An answer beyond this is passed on without being looked into. */
const maxBytes = 1_000_000;

/** Looks along while an answer passes, for how the request `id` ended. */
export function observer(id: RpcId, contentType: string, httpStatus: number) {
  const isStream = /^text\/event-stream\b/i.test(contentType);
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  let outcome: Outcome | undefined;
  const look = (json: string): void => {
    // A message that carries another id is not worth parsing.
    if (outcome || json === '' || !json.includes(JSON.stringify(id))) return;
    const message = parse(json);
    if (message['id'] !== id || 'method' in message) return;
    const error = asObject(message['error']);
    const failed = 'error' in message || asObject(message['result'])['isError'] === true;
    outcome = { status: failed ? 'error' : 'ok', errorCode: 'error' in message ? String(error['code']) : undefined };
  };
  return {
    see(chunk: Uint8Array): void {
      bytes += chunk.byteLength;
      if (outcome || bytes > maxBytes) return;
      text += decoder.decode(chunk, { stream: true });
      if (!isStream) return;
      const events = text.split(/\r?\n\r?\n/);
      text = events.pop() ?? '';
      for (const event of events) look(dataOf(event));
    },
    /** Whether the answer to the request has passed. */
    answered: (): boolean => outcome !== undefined,
    end(): Outcome {
      if (bytes <= maxBytes) look(isStream ? dataOf(text) : text);
      if (outcome) return outcome;
      return httpStatus < 400
        ? { status: 'ok', errorCode: undefined }
        : { status: 'error', errorCode: `HTTP ${httpStatus}` };
    },
  };
}

function parse(json: string): Readonly<Record<string, unknown>> {
  try {
    return asObject(JSON.parse(json));
  } catch {
    // What a server writes wrong is passed on as it is.
    return {};
  }
}
