import { describe, expect, it } from 'vitest';
import { FrameLimit } from '../../../../infra/local/gateway/frame-limit.ts';

/** A client's frame: masked, as RFC 6455 wants it. */
function frame(bytes: number): Buffer {
  const long = bytes > 65_535;
  const head =
    bytes < 126
      ? Buffer.from([0x81, 0x80 | bytes])
      : Buffer.alloc(long ? 10 : 4, Buffer.from([0x81, long ? 0xff : 0xfe]));
  if (bytes >= 126 && !long) head.writeUInt16BE(bytes, 2);
  if (long) head.writeBigUInt64BE(BigInt(bytes), 2);
  return Buffer.concat([head, Buffer.alloc(4), Buffer.alloc(bytes, 'x')]);
}

describe('the limit on frames', () => {
  it.each([1, 2, 3, 7, 1_000, 1_000_000])('sees frames cut into pieces of %d bytes', (piece) => {
    const stream = Buffer.concat([0, 5, 125, 126, 300, 1_000, 0].map(frame));
    const limit = new FrameLimit(1_000);
    for (let at = 0; at < stream.byteLength; at += piece)
      expect(limit.allows(stream.subarray(at, at + piece))).toBe(true);
    expect(limit.allows(frame(1_001))).toBe(false);
  });

  it('judges a frame by its header, before its payload is there', () => {
    expect(new FrameLimit(32_768).allows(frame(70_000).subarray(0, 10))).toBe(false);
  });
});
