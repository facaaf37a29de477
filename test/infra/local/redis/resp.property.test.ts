import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCommand, RedisError, ReplyParser, type Reply } from '../../../../infra/local/redis/resp.ts';

const line = fc.string({ unit: 'grapheme-ascii' });
const scalar = fc.oneof(
  line,
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 60n, max: 2n ** 63n - 1n }),
  fc.constant(null),
  line.map((text) => new RedisError(`ERR ${text}`)),
);
const reply: fc.Arbitrary<Reply> = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof({ maxDepth: 3 }, scalar, fc.array(tie('reply'), { maxLength: 5 })),
})).reply;

function encodeReply(value: Reply): Buffer {
  if (value === null) return Buffer.from('$-1\r\n');
  if (Array.isArray(value)) return Buffer.concat([Buffer.from(`*${value.length}\r\n`), ...value.map(encodeReply)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from(`$${value.length}\r\n`), value, Buffer.from('\r\n')]);
  if (value instanceof RedisError) return Buffer.from(`-${value.message}\r\n`);
  return Buffer.from(typeof value === 'string' ? `+${value}\r\n` : `:${value}\r\n`);
}

test('reads the same replies however their bytes are split into packets', () => {
  fc.assert(
    fc.property(fc.array(reply, { maxLength: 4 }), fc.array(fc.nat(60), { minLength: 1 }), (replies, sizes) => {
      const bytes = Buffer.concat(replies.map(encodeReply));
      const parser = new ReplyParser();
      const read: Reply[] = [];
      for (let position = 0, packet = 0; position < bytes.length; packet += 1) {
        const size = (sizes[packet % sizes.length] ?? 0) + 1;
        read.push(...parser.push(bytes.subarray(position, position + size)));
        position += size;
      }
      expect(read).toEqual(replies);
    }),
  );
});

test('writes commands as arrays of bulk strings that read back as they were', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
      ),
      (command) => {
        const [read] = new ReplyParser().push(encodeCommand(command));
        expect(read).toEqual(command.map((argument) => Buffer.from(argument)));
      },
    ),
  );
});
