/**
 * Reads the headers of WebSocket frames (RFC 6455, 5.2) as their bytes pass by, because API Gateway limits frames and `ws` whole messages only.
 * Takes chunks cut anywhere.
 */
export class FrameLimit {
  readonly #maxBytes: number;
  #head: number[] = [];
  #skip = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether all frames that begin in this chunk are within the limit. */
  allows(chunk: Buffer): boolean {
    let at = 0;
    while (at < chunk.byteLength) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, chunk.byteLength - at);
        this.#skip -= passed;
        at += passed;
        continue;
      }
      this.#head.push(chunk[at] ?? 0);
      at += 1;
      const length = payloadLength(this.#head);
      if (length === undefined) continue;
      if (length > this.#maxBytes) return false;
      this.#skip = length + (((this.#head[1] ?? 0) & 0x80) === 0 ? 0 : 4);
      this.#head = [];
    }
    return true;
  }
}

/** Undefined while the length is not complete. */
function payloadLength(head: readonly number[]): number | undefined {
  if (head.length < 2) return undefined;
  const short = (head[1] ?? 0) & 0x7f;
  if (short < 126) return short;
  const extended = head.slice(2);
  if (extended.length < (short === 126 ? 2 : 8)) return undefined;
  return extended.reduce((length, byte) => length * 256 + byte, 0);
}
