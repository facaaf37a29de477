import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Head } from '../../../../infra/local/gateway/answer.ts';
import { installStreaming, ResponseStream } from '../../../../infra/local/gateway/streaming.ts';

const type = 'application/vnd.awslambda.http-integration-response';

function reading() {
  const seen: { heads: Head[]; body: string } = { heads: [], body: '' };
  const out = new ResponseStream({
    head: (head) => seen.heads.push(head),
    body: (chunk, done) => {
      seen.body += chunk.toString('utf8');
      done();
    },
  });
  return { seen, out };
}

describe('a response stream', () => {
  const wire = Buffer.concat([
    Buffer.from('{"statusCode":200,"headers":{"a":"ü"}}'),
    Buffer.alloc(8),
    Buffer.from('hëllo'),
  ]);

  it.each([1, 2, 5, 40, 1_000])("reads Lambda's wire form in pieces of %d bytes", async (piece) => {
    const { seen, out } = reading();
    out.setContentType(type);
    for (let at = 0; at < wire.byteLength; at += piece) out.write(wire.subarray(at, at + piece));
    out.end();
    await once(out, 'close');
    expect(seen.heads).toHaveLength(1);
    expect(seen.heads[0]).toMatchObject({
      statusCode: 200,
      headers: [
        ['a', 'ü'],
        ['content-type', 'application/json'],
      ],
    });
    expect(Buffer.from(seen.body)).toHaveLength(piece === 1 ? seen.body.length + 2 * (seen.body.length - 4) : 6);
  });

  it('sends its head with the first write, even an empty one', async () => {
    installStreaming();
    const { seen, out } = reading();
    const { awslambda } = globalThis as unknown as {
      awslambda: { HttpResponseStream: { from(stream: ResponseStream, head: object): ResponseStream } };
    };
    const stream = awslambda.HttpResponseStream.from(out, { statusCode: 204 });
    expect(seen.heads).toHaveLength(0);
    stream.write('');
    stream.end();
    await once(out, 'close');
    expect(seen.heads).toMatchObject([{ statusCode: 204 }]);
    expect(seen.body).toBe('');
  });

  it.each([
    ['that ends without a write', type, ''],
    ['without a prelude', type, 'hello'],
    ['with a prelude that never ends', type, '{'.repeat(70_000)],
    ['of another type', 'text/plain', `{}${'\0'.repeat(8)}`],
  ])('%s fails', async (_, contentType, written) => {
    const { out } = reading();
    out.setContentType(contentType);
    if (written !== '') out.write(written);
    out.end();
    const [error] = (await once(out, 'error')) as [Error];
    expect(error.name).toBe('BadAnswer');
  });
});
