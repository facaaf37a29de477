import { createParser } from 'eventsource-parser';
import { maxMessageBytes } from './json-rpc.ts';
import { type UpstreamAnswer, UpstreamFailure } from './ports.ts';

export function isEventStream(contentType: string | undefined): boolean {
  return /^\s*text\/event-stream\b/i.test(contentType ?? '');
}

export function isJson(contentType: string | undefined): boolean {
  return /^\s*application\/json\b/i.test(contentType ?? '');
}

/**
 * The JSON values of an answer, be it JSON or a stream of events, as they come; a batch one by one.
 * @throws UpstreamFailure `broken` when a message is not JSON or larger than the limit.
 */
export async function* readMessages({ headers, body }: Pick<UpstreamAnswer, 'headers' | 'body'>): AsyncGenerator {
  const type = headers['content-type'];
  if (!isEventStream(type) && !isJson(type))
    throw new UpstreamFailure('broken', `The server answered with ${type ?? 'no content type'}, which is not JSON`);
  if (isJson(type)) {
    yield* valuesOf(await textOf(body));
    return;
  }
  const decoder = new TextDecoder();
  let found: string[] = [];
  let waiting = 0;
  const parser = createParser({ onEvent: ({ data }) => found.push(data) });
  for await (const chunk of body) {
    waiting += chunk.byteLength;
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (found.length > 0) waiting = 0;
    if (waiting > maxMessageBytes) throw tooLarge();
    for (const data of found) yield* valuesOf(data);
    found = [];
  }
  // What a server left without its empty line is an event all the same.
  parser.feed('\n\n');
  for (const data of found) yield* valuesOf(data);
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxMessageBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function valuesOf(json: string): unknown[] {
  if (json.trim() === '') return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new UpstreamFailure('broken', 'The server answered with text that is not JSON', error);
  }
  return Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
}

function tooLarge(): UpstreamFailure {
  return new UpstreamFailure('too-large', `The server's answer is larger than ${maxMessageBytes / 1024 / 1024} MB`);
}
