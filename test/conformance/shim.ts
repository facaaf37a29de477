import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a message is on its way there and back, where it is not passed as it is. */
export interface Renaming {
  readonly request: (body: string, headers: IncomingMessage['headers']) => string;
  readonly answer: (text: string) => string;
}

/** Passes everything on to `target` with these headers added: the suite cannot send any of its own. */
export async function startShim(
  target: URL,
  headers: Readonly<Record<string, string>>,
  renaming?: Renaming,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer((incoming, answer) => {
    const send = (body: string | undefined): void => {
      const { method, url = '/' } = incoming;
      const { 'content-length': _, ...passedHeaders } = incoming.headers;
      const sent = body === undefined ? incoming.headers : passedHeaders;
      const passed = request(
        new URL(url.replace(/^\/mcp/, target.pathname), target),
        { method, headers: { ...sent, ...headers } },
        (response) => {
          answer.writeHead(response.statusCode ?? 502, response.headers);
          answer.flushHeaders();
          if (renaming) void passRenamed(response, answer, renaming);
          else response.pipe(answer);
        },
      );
      passed.on('error', () => answer.destroy());
      answer.on('close', () => passed.destroy());
      if (body === undefined) incoming.pipe(passed);
      else passed.end(body);
    };
    if (!renaming) send(undefined);
    else void textOf(incoming).then((body) => send(renaming.request(body, incoming.headers)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/mcp`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Line by line, or the whole where there are no lines: a name is never cut in two. */
async function passRenamed(
  response: IncomingMessage,
  answer: { write(text: string): unknown; end(text?: string): unknown; destroy(): unknown },
  { answer: rename }: Renaming,
): Promise<void> {
  try {
    let rest = '';
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) answer.write(rename(`${lines.join('\n')}\n`));
    }
    answer.end(rename(rest));
  } catch {
    // The platform broke off, and so does the shim.
    answer.destroy();
  }
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
  return text;
}
