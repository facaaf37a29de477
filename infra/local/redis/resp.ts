/**
 * RESP2, the Redis serialization protocol (https://redis.io/docs/latest/develop/reference/protocol-spec/): a status is
 * a string, a bulk string a Buffer, an integer beyond 2^53 a bigint.
 */
export type Reply = string | Buffer | number | bigint | null | RedisError | Reply[];

export type Argument = string | Buffer;

/** An error that Redis answered, which leaves the connection in order. */
export class RedisError extends Error {}

export function encodeCommand(args: Argument[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const argument of args) {
    const bytes = typeof argument === 'string' ? Buffer.from(argument) : argument;
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, CRLF);
  }
  return Buffer.concat(parts);
}

const CRLF = Buffer.from('\r\n');
const INCOMPLETE = Symbol('incomplete');

/** Cuts a stream of bytes, however it is split into packets, into replies. */
export class ReplyParser {
  private chunks: Buffer[] = [];
  private held = 0;
  private buffer: Buffer = Buffer.alloc(0);
  private position = 0;
  // A large answer arrives in many packets: parsing it anew at each would take quadratic time.
  private needed = 0;

  /** The replies that are complete with this packet. Throws when the bytes are not RESP2. */
  push(packet: Buffer): Reply[] {
    this.chunks.push(packet);
    this.held += packet.length;
    if (this.held < this.needed) return [];
    this.buffer = Buffer.concat(this.chunks);
    const replies: Reply[] = [];
    let start = 0;
    for (;;) {
      this.position = start;
      this.needed = 0;
      const reply = this.next();
      if (reply === INCOMPLETE) break;
      replies.push(reply);
      start = this.position;
    }
    const rest = this.buffer.subarray(start);
    this.needed = Math.max(0, this.needed - start);
    this.chunks = rest.length === 0 ? [] : [rest];
    this.held = rest.length;
    return replies;
  }

  private next(): Reply | typeof INCOMPLETE {
    const line = this.line();
    if (line === undefined) return INCOMPLETE;
    const rest = line.slice(1);
    switch (line.charAt(0)) {
      case '+':
        return rest;
      case '-':
        return new RedisError(rest);
      case ':':
        return integer(rest);
      case '$':
        return this.bulk(Number(rest));
      case '*':
        return this.array(Number(rest));
      default:
        throw new Error(`not a reply of Redis: ${JSON.stringify(line.slice(0, 40))}`);
    }
  }

  private line(): string | undefined {
    const end = this.buffer.indexOf(CRLF, this.position);
    if (end === -1) return undefined;
    const line = this.buffer.toString('utf8', this.position, end);
    this.position = end + 2;
    return line;
  }

  private bulk(length: number): Buffer | null | typeof INCOMPLETE {
    if (length === -1) return null;
    const end = this.position + length;
    if (this.buffer.length < end + 2) {
      this.needed = end + 2;
      return INCOMPLETE;
    }
    const bytes = this.buffer.subarray(this.position, end);
    this.position = end + 2;
    return bytes;
  }

  private array(length: number): Reply[] | null | typeof INCOMPLETE {
    if (length === -1) return null;
    const items: Reply[] = [];
    while (items.length < length) {
      const item = this.next();
      if (item === INCOMPLETE) return INCOMPLETE;
      items.push(item);
    }
    return items;
  }
}

function integer(digits: string): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}
