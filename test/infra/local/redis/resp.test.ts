import { expect, test } from 'vitest';
import { ReplyParser } from '../../../../infra/local/redis/resp.ts';

test('refuses bytes that are no reply of Redis', () => {
  expect(() => new ReplyParser().push(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).toThrow(
    'not a reply of Redis: "HTTP/1.1 400 Bad Request"',
  );
});

test('reads the null array of a transaction that was discarded', () => {
  expect(new ReplyParser().push(Buffer.from('*-1\r\n'))).toEqual([null]);
});

test('reads a large answer in small packets in linear time', () => {
  const parser = new ReplyParser();
  const size = 32 * 1024 * 1024;
  const packet = Buffer.alloc(16 * 1024, 'x');
  parser.push(Buffer.from(`$${size}\r\n`));
  const started = performance.now();
  for (let sent = 0; sent < size; sent += packet.length) expect(parser.push(packet)).toEqual([]);
  const [reply] = parser.push(Buffer.from('\r\n'));
  expect(reply).toHaveLength(size);
  expect(performance.now() - started).toBeLessThan(2000);
});
