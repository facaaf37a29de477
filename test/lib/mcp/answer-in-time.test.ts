import { expect, test } from 'vitest';
import { withComments } from '../../../lib/mcp/answer-in-time.ts';

/** Says its chunks one by one, each when it is let go. */
function speaking(chunks: readonly string[]) {
  let returned = false;
  const gates = chunks.map(() => Promise.withResolvers<void>());
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for (const [index, chunk] of chunks.entries()) {
        await gates[index]?.promise;
        yield Buffer.from(chunk);
      }
    } finally {
      returned = true;
    }
  }
  return { body: body(), go: (index: number) => gates[index]?.resolve(), wasReturned: () => returned };
}

test('a stream that is silent has comments between its lines, and its own bytes in order', async () => {
  const { body, go } = speaking(['data: 1\n\n', 'data: 2\n\n']);
  const heard: string[] = [];
  for await (const chunk of withComments(body, 5)) {
    heard.push(Buffer.from(chunk).toString());
    if (heard.length === 2) go(0);
    if (heard.length === 5) go(1);
  }
  expect(heard.filter((each) => each !== ':\n').join('')).toBe('data: 1\n\ndata: 2\n\n');
  expect(heard.slice(0, 2)).toEqual([':\n', ':\n']);
});

test('a line that has begun is not broken by a comment', async () => {
  const { body, go } = speaking(['data: be', 'gun\n\n']);
  go(0);
  setTimeout(() => go(1), 40);
  let text = '';
  for await (const chunk of withComments(body, 5)) text += Buffer.from(chunk).toString();
  expect(text.replaceAll(':\n', '').length).toBeGreaterThan(0);
  expect(text).toContain('data: begun\n\n');
});

test('who stops listening stops the server being listened to', async () => {
  const { body, go, wasReturned } = speaking(['data: 1\n\n', 'data: 2\n\n']);
  go(0);
  go(1);
  for await (const _ of withComments(body, 1000)) break;
  expect(wasReturned()).toBe(true);
});
