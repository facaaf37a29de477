import { createParser } from 'eventsource-parser';
import type { StreamedAnswer } from '../../kernel/lambda/declaration.ts';
import { isObject } from '../../upstream/json-rpc.ts';
import { isEventStream, isJson } from '../../upstream/read-messages.ts';
import { fromServer } from './names.ts';

/** The answer of one server, message by message as its client gets it on the endpoint of all. */
export function rewriteAnswer(slug: string, { status, headers, body }: StreamedAnswer): StreamedAnswer {
  const type = headers['content-type'];
  if (isEventStream(type)) return { status, headers, body: rewriteEvents(slug, body) };
  return { status, headers, body: isJson(type) ? rewriteText(slug, body) : body };
}

type Body = StreamedAnswer['body'];

async function* rewriteText(slug: string, body: Body): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunksOf(body)) text += textOf(decoder, chunk);
  yield rewritten(slug, text);
}

/** Ids of events get the server's slug too, so that a stream that broke off goes on where it was. */
async function* rewriteEvents(slug: string, body: Body): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const found: string[] = [];
  const parser = createParser({
    onEvent: ({ id, event = 'message', data }) =>
      found.push(
        `${id === undefined ? '' : `id: ${slug}:${JSON.stringify(id)}\n`}event: ${event}\ndata: ${rewritten(slug, data)}\n\n`,
      ),
    onRetry: (ms) => found.push(`retry: ${ms}\n\n`),
    onComment: (comment) => found.push(`: ${comment}\n\n`),
  });
  for await (const chunk of chunksOf(body)) {
    parser.feed(textOf(decoder, chunk));
    yield* found.splice(0);
  }
  parser.feed('\n\n');
  yield* found.splice(0);
}

function rewritten(slug: string, text: string): string {
  // Most of what passes names nothing that has to lead back.
  if (!text.includes('"uri"') && !text.includes('"method"')) return text;
  try {
    const message: unknown = JSON.parse(text);
    return isObject(message) ? JSON.stringify(fromServer(slug, message)) : text;
  } catch {
    // What a server writes wrong is passed on as it is.
    return text;
  }
}

function chunksOf(body: Body): AsyncIterable<string | Uint8Array> | readonly string[] {
  return typeof body === 'string' ? [body] : body;
}

function textOf(decoder: InstanceType<typeof TextDecoder>, chunk: string | Uint8Array): string {
  return typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
}
