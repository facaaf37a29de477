import { proxySecret } from './platform-stand-in.ts';

export interface Event {
  readonly id: string | undefined;
  readonly data: unknown;
}

const base = { 'X-Runner-Secret': proxySecret, 'Content-Type': 'application/json' };
const both = 'application/json, text/event-stream';

/** Requests as they are on the wire, for what a client library would hide. */
export function rawClient(url: URL) {
  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { ...base, Accept: both, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    post,
    get: (headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> =>
      fetch(url, { headers: { ...base, Accept: 'text/event-stream', ...headers }, ...(signal && { signal }) }),
    delete: (headers: Record<string, string> = {}): Promise<Response> =>
      fetch(url, { method: 'DELETE', headers: { ...base, ...headers } }),
    /** Opens a session; answers the header that names it. */
    async open(capabilities: object = {}, protocolVersion = '2025-11-25'): Promise<{ 'Mcp-Session-Id': string }> {
      const params = { protocolVersion, capabilities, clientInfo: { name: 'raw', version: '1' } };
      const response = await post({ jsonrpc: '2.0', id: 'init', method: 'initialize', params });
      await response.text();
      const session = { 'Mcp-Session-Id': response.headers.get('mcp-session-id') ?? '' };
      await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, session);
      return session;
    },
  };
}

export function call(id: string | number, name: string, given: object = {}, meta?: object): object {
  const params = { name, arguments: given, ...(meta === undefined ? {} : { _meta: meta }) };
  return { jsonrpc: '2.0', id, method: 'tools/call', params };
}

/** The events of a stream as they arrive; priming events have `data` undefined. */
export async function* eventsOf(response: Response): AsyncGenerator<Event, void> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
      const data = field('data');
      if (data !== undefined) yield { id: field('id'), data: data === '' ? undefined : (JSON.parse(data) as unknown) };
    }
  }
}

export async function allEventsOf(response: Response): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of eventsOf(response)) events.push(event);
  return events;
}

/** The text of a tool's answer. */
export const textOf = (message: unknown): string | undefined =>
  (message as { result?: { content?: { text?: string }[] } }).result?.content?.[0]?.text;

/** What a runner's server has written to its log so far. */
export async function logsOf({
  url,
  headers,
}: {
  readonly url: string;
  readonly headers: Record<string, string>;
}): Promise<string> {
  return (await fetch(`${url}/logs`, { headers })).text();
}
