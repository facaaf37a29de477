import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { againWhileBusy, type App, type SignedUp, startApp } from '../../harness.ts';

let app: App;
let ada: SignedUp;
let viewer: SignedUp;
beforeAll(async () => {
  app = await startApp();
  [ada, viewer] = await Promise.all([app.signUp(), app.signUp('viewer')]);
});

type Message = Record<string, unknown>;

/** A socket that collects what it hears. */
async function open(
  query: string,
  headers: Record<string, string> = {},
): Promise<{ socket: WebSocket; heard: Message[] }> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/ws${query}`, { headers });
  const heard: Message[] = [];
  socket.on('message', (data) => heard.push(JSON.parse((data as Buffer).toString()) as Message));
  await once(socket, 'open');
  return { socket, heard };
}

const ticketOf = async ({ token }: SignedUp): Promise<string> =>
  String((await app.call('POST', '/api/v1/auth/ticket', { token })).body['ticket']);

const createTool = async (): Promise<Message> => {
  const slug = `live-${randomBytes(5).toString('hex')}`;
  const made = await app.call('POST', '/api/v1/mcps', {
    token: ada.token,
    json: { name: slug, slug, version: '1.0.0', config: { servers: [] } },
  });
  return made.body;
};

const hears = async (heard: readonly Message[], like: Message): Promise<void> => {
  await expect.poll(() => heard).toContainEqual(expect.objectContaining(like));
};

describe('a WebSocket', () => {
  it('greets, pings, and tells a subscriber of changed tools', async () => {
    const { socket, heard } = await open(`?ticket=${await ticketOf(viewer)}`);
    await hears(heard, { type: 'connected' });
    socket.send('{"type":"ping"}');
    await hears(heard, { type: 'pong' });
    socket.send('{"type":"subscribe","channel":"mcps"}');
    await hears(heard, { type: 'subscribed', channel: 'mcps' });
    const tool = await createTool();
    await hears(heard, {
      type: 'mcp_changed',
      tool_id: tool['id'],
      change_type: 'create',
      id: expect.any(String) as unknown,
    });
    socket.send('{"type":"unsubscribe","channel":"mcps"}');
    await hears(heard, { type: 'unsubscribed', channel: 'mcps' });
    socket.close();
  });

  it('answers a frame that makes no sense', async () => {
    const { socket, heard } = await open('', { authorization: `Bearer ${ada.token}` });
    for (const frame of [
      'nonsense',
      '[]',
      '{"type":"subscribe"}',
      '{"type":"subscribe","channel":"secrets"}',
      '{"type":"subscribe","channel":"mcps","task_id":"x"}',
    ])
      socket.send(frame);
    await expect.poll(() => heard.filter(({ type }) => type === 'error').length).toBe(5);
    socket.close();
  });

  it('takes a ticket once, and nobody without a credential', async () => {
    const ticket = await ticketOf(ada);
    const { socket } = await open(`?ticket=${ticket}`);
    socket.close();
    await expect(open(`?ticket=${ticket}`)).rejects.toThrow('401');
    await expect(open('')).rejects.toThrow('401');
  });
});

/** Reads a stream's text until it contains what is looked for. */
async function readUntil(
  query: string,
  wanted: string,
  headers: Record<string, string>,
  connected: () => void = () => undefined,
): Promise<string> {
  const stop = new AbortController();
  const init = { headers, signal: AbortSignal.any([stop.signal, AbortSignal.timeout(100_000)]) };
  const response = await againWhileBusy('GET /events', () => fetch(`${app.url}/events${query}`, init));
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.includes(': connected')) connected();
    if (text.includes(wanted)) break;
  }
  stop.abort();
  return text;
}

describe('the event stream', () => {
  it('tells of what happens, and resumes after the last id', async () => {
    const headers = { authorization: `Bearer ${viewer.token}` };
    const isOpen = Promise.withResolvers<void>();
    const start = readUntil('', 'event: mcp_changed', headers, isOpen.resolve);
    await isOpen.promise;
    const first = await createTool();
    const text = await start;
    expect(text).toContain(String(first['id']));
    const [, id = ''] = /^id: (.+)$/m.exec(text) ?? [];
    const [second, third] = [await createTool(), await createTool()];
    const resumed = await readUntil('', String(third['id']), { ...headers, 'last-event-id': id });
    expect(resumed).not.toContain(String(first['id']));
    expect(resumed).toContain(String(second['id']));
  });

  it('says so when the cursor is too old or none of ours', async () => {
    const headers = { authorization: `Bearer ${ada.token}` };
    const old = '01000000-0000-7000-8000-000000000000';
    expect(await readUntil('', 'resync', { ...headers, 'last-event-id': old })).toContain('event: resync');
    expect(await readUntil('', 'resync', { ...headers, 'last-event-id': 'x' })).toContain('event: resync');
  });

  it('takes a ticket in the address, and nobody without a credential', async () => {
    expect(await readUntil(`?ticket=${await ticketOf(ada)}`, 'connected', {})).toContain(': connected');
    expect(await app.call('GET', '/events')).toMatchObject({ status: 401 });
  });
});

it('refuses a broadcast that no frame and no item of the log would hold, before anybody hears of it', async () => {
  const admin = await app.enterAdmin();
  const refused = await app.call('POST', '/api/v1/broadcast', {
    token: admin.token,
    json: { message: 'x', data: { large: 'x'.repeat(420_000) } },
  });
  expect([refused.status, refused.body['detail']]).toEqual([
    422,
    'body.data: As JSON it has 420012 bytes; the limit is 100000',
  ]);
});
