import type { UpstreamAnswer } from './ports.ts';

type Message = Readonly<Record<string, unknown>>;

const maxBytes = 8_000_000;

/**
 * The JSON-RPC messages of an answer, be it JSON or a stream of events, as they come.
 * @throws Error when it is neither or over 8 MB.
 */
export async function* readMessages({
  headers,
  body,
}: Pick<UpstreamAnswer, 'headers' | 'body'>): AsyncGenerator<Message> {
  const isStream = /^text\/event-stream\b/i.test(headers['content-type'] ?? '');
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error('The answer of the server is too large');
    text += decoder.decode(chunk, { stream: true });
    if (!isStream) continue;
    const events = text.split(/\r?\n\r?\n/);
    text = events.pop() ?? '';
    for (const event of events) yield* messagesOf(dataOf(event));
  }
  yield* messagesOf(isStream ? dataOf(text) : text);
}

/** The joined `data` of one event. */
export function dataOf(event: string): string {
  return event
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).replace(/^ /, ''))
    .join('\n');
}

function messagesOf(json: string): Message[] {
  if (json.trim() === '') return [];
  const parsed: unknown = JSON.parse(json);
  const all = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
  return all.filter((each): each is Message => typeof each === 'object' && each !== null);
}
