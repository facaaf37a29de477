import { describe, expect, it } from 'vitest';
import { fromServer, idOf, nameOf, placeOfId, placeOfName, placeOfUri, uriOf } from '../../../lib/mcp/all/names.ts';
import { pageOfList } from '../../../lib/mcp/all/read-offered.ts';
import { rewriteAnswer } from '../../../lib/mcp/all/rewrite-answer.ts';

describe('a name on the endpoint of all servers', () => {
  it.each(['echo', '__init__', '_x', 'a__b', 'größer', 'with space'])('leads back to its server: %s', (name) => {
    expect(placeOfName(nameOf('acme-weather', name))).toEqual({ slug: 'acme-weather', name });
    expect(placeOfUri(uriOf('acme-weather', name))).toEqual({ slug: 'acme-weather', name });
  });

  it.each([7, 'seven', '7', 'a:b', ''])('is an id of either kind: %j', (id) => {
    expect(placeOfId(idOf('acme', id))).toEqual({ slug: 'acme', id });
  });

  it.each(['echo', 'Acme__x', '__x', 'acme__', 7, null, undefined])('is none: %j', (text) => {
    expect(placeOfName(text)).toBeUndefined();
  });

  it.each(['acme:', 'acme:{', 'acme:{}', 'acme', 5])('is no id of a server: %j', (text) => {
    expect(placeOfId(text)).toBeUndefined();
  });
});

describe('a message of a server', () => {
  it('gets addresses and ids that lead back, wherever they stand', () => {
    const block = { type: 'resource_link', uri: 'test://a', name: 'a' };
    const embedded = { type: 'resource', resource: { uri: 'test://b', text: '' } };
    const result = { content: [block, embedded, { type: 'text', text: 'test://c' }], contents: [{ uri: 'test://d' }] };
    expect(fromServer('acme', { jsonrpc: '2.0', id: 1, result })).toMatchObject({
      id: 1,
      result: {
        content: [{ uri: 'mcp+acme+test://a' }, { resource: { uri: 'mcp+acme+test://b' } }, { text: 'test://c' }],
        contents: [{ uri: 'mcp+acme+test://d' }],
      },
    });
    expect(fromServer('acme', { id: 5, method: 'elicitation/create', params: {} })).toMatchObject({ id: 'acme:5' });
    const updated = { method: 'notifications/resources/updated', params: { uri: 'test://a' } };
    expect(fromServer('acme', updated)).toMatchObject({ params: { uri: 'mcp+acme+test://a' } });
  });

  it('is rewritten in a stream however it is cut, and its comments pass', async () => {
    const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'roots/list' });
    const text = `: hello\n\nid: 3.1\nevent: message\ndata: ${message}\n\n`;
    const bytes = Buffer.from(text);
    async function* body() {
      for (const byte of bytes) yield Uint8Array.of(byte);
    }
    const { body: rewritten } = rewriteAnswer('acme', {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: body(),
    });
    let out = '';
    for await (const chunk of rewritten) out += String(chunk);
    expect(out).toBe(
      `: hello\n\nid: acme:"3.1"\nevent: message\ndata: ${message.replace('"id":1', '"id":"acme:1"')}\n\n`,
    );
  });
});

it('pages lists without loss while they change', () => {
  const items = Array.from({ length: 250 }, (_, index) => ({ name: `t${String(index).padStart(3, '0')}` }));
  const first = pageOfList('tools', items, undefined);
  const second = pageOfList(
    'tools',
    [{ name: 'a-new-one' }, ...items.filter(({ name }) => name !== 't099')],
    first?.nextCursor,
  );
  expect(second?.items[0]).toEqual({ name: 't100' });
  const third = pageOfList('tools', items, second?.nextCursor);
  expect([third?.items.length, third?.nextCursor]).toEqual([50, undefined]);
  expect(pageOfList('tools', items, '%')).toBeUndefined();
  expect(pageOfList('tools', items, 7)).toBeUndefined();
});
