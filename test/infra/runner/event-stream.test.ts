import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { EventStream, readEventId } from '../../../infra/runner/event-stream.ts';
import { ResumableStreams } from '../../../infra/runner/resumable-streams.ts';

/** What a client reads of a stream, over one connection that is ended then. */
async function read(stream: EventStream, last?: number): Promise<string> {
  const server = createServer((_request, response: ServerResponse) => {
    stream.attach(response, last);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const text = await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).text();
  server.close();
  return text;
}

it('keeps what is said while nobody listens, and says it once', async () => {
  const stream = new EventStream('s', false);
  stream.write('1');
  stream.write('2');
  expect(await read(stream)).toBe('event: message\nid: s_1\ndata: 1\n\nevent: message\nid: s_2\ndata: 2\n\n');
  expect(await read(stream)).toBe('');
  expect(await read(stream, 1)).toBe('event: message\nid: s_2\ndata: 2\n\n');
});

it('begins with an event to resume from', async () => {
  const stream = new EventStream('s', true);
  stream.write('1');
  expect(await read(stream, 1)).toBe('id: s_1\nretry: 1000\ndata: \n\n');
});

it('keeps the last 1,000 events or 2 million characters', async () => {
  const stream = new EventStream('s', false);
  for (let event = 1; event <= 1_500; event += 1) stream.write(String(event));
  expect((await read(stream, 0)).match(/^data: /gm)).toHaveLength(1_000);
  for (let event = 1; event <= 10; event += 1) stream.write('x'.repeat(500_000));
  expect(stream.characters).toBe(2_000_000);
});

it.each([
  ['s_1', { stream: 's', sequence: 1 }],
  ['standalone_0', { stream: 'standalone', sequence: 0 }],
  ['nonsense', undefined],
  ['a_b', undefined],
  [`${'x'.repeat(50)}_1`, undefined],
])('reads the event id %s', (text, read) => {
  expect(readEventId(text)).toEqual(read);
});

it('keeps every stream that goes on, and of the finished ones few and little', () => {
  const shelf = new ResumableStreams();
  const going = new EventStream('going', false);
  shelf.keep(going);
  const finish = (id: string, size: number): void => {
    const stream = new EventStream(id, false);
    shelf.keep(stream);
    stream.write('x'.repeat(size));
    stream.finish();
  };
  for (let index = 0; index < 100; index += 1) finish(`small-${index}`, 10);
  shelf.keep(new EventStream('next', false));
  expect([shelf.get('going'), shelf.get('small-67'), shelf.get('small-68')?.id]).toEqual([
    going,
    undefined,
    'small-68',
  ]);
  for (let index = 0; index < 10; index += 1) finish(`large-${index}`, 1_500_000);
  shelf.keep(new EventStream('last', false));
  const kept = Array.from({ length: 10 }, (_, index) => index).filter((index) => shelf.get(`large-${index}`));
  expect(kept).toEqual([8, 9]);
});
