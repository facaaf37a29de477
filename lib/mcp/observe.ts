import { createParser } from 'eventsource-parser';
import { isObject } from '../upstream/json-rpc.ts';
import { isEventStream } from '../upstream/read-messages.ts';
import type { PostedRequest } from './rpc.ts';

/** What became of one request. */
export interface Outcome {
  readonly status: 'ok' | 'error';
  readonly errorCode: string | undefined;
}

/** An answer beyond this is passed on without being looked into. */
const maxBytes = 1_000_000;

/** Looks along while an answer passes, for how the requests ended. */
export function observer(requests: readonly PostedRequest[], contentType: string, httpStatus: number) {
  const isStream = isEventStream(contentType);
  const outcomes = new Map<string | number, Outcome>();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  const lookAt = (message: unknown): void => {
    if (!isObject(message) || 'method' in message) return;
    const { id, error, result } = message;
    const request = requests.find((each) => each.id === id);
    if (!request || outcomes.has(request.id)) return;
    const failed = (error !== undefined && error !== null) || (isObject(result) && result['isError'] === true);
    const code = isObject(error) ? String(error['code']) : undefined;
    outcomes.set(request.id, { status: failed ? 'error' : 'ok', errorCode: code });
  };
  const look = (json: string): void => {
    // A message that carries no id of ours is not worth parsing.
    if (json === '' || !requests.some(({ id }) => json.includes(JSON.stringify(id)))) return;
    const parsed = parse(json);
    for (const message of Array.isArray(parsed) ? (parsed as unknown[]) : [parsed]) lookAt(message);
  };
  const parser = createParser({ onEvent: ({ data }) => look(data) });
  const unanswered = () => requests.map(({ id }) => id).filter((id) => !outcomes.has(id));
  return {
    see(chunk: Uint8Array): void {
      bytes += chunk.byteLength;
      if (bytes > maxBytes || unanswered().length === 0) return;
      const decoded = decoder.decode(chunk, { stream: true });
      if (isStream) parser.feed(decoded);
      else text += decoded;
    },
    get bytes(): number {
      return bytes;
    },
    /** The requests whose answers have not passed yet. */
    unanswered,
    /** The outcome of each request, in their order; `otherwise` of one whose answer was not seen. */
    end(otherwise?: Outcome): Outcome[] {
      if (bytes <= maxBytes) {
        if (isStream) parser.feed('\n\n');
        else look(text);
      }
      const unseen: Outcome =
        httpStatus < 400
          ? { status: 'ok', errorCode: undefined }
          : { status: 'error', errorCode: `HTTP ${httpStatus}` };
      return requests.map(({ id }) => outcomes.get(id) ?? otherwise ?? unseen);
    },
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // What a server writes wrong is passed on as it is.
    return undefined;
  }
}
