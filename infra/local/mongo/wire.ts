import { Double } from 'bson';
import { decode, type Doc, encode } from './values.ts';

const headerBytes = 16;
const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;
const checksumPresent = 1;
const moreToCome = 2;

/** The largest message that MongoDB accepts, in bytes. */
export const maxMessageBytes = 48_000_000;

export interface Request {
  id: number;
  /** The command, with the document sequences of the message put in their place. */
  command: Doc;
  /** The documents of a sequence as they came: an insert stores these bytes. */
  sequences: ReadonlyMap<string, Uint8Array[]>;
  database: string;
  legacy: boolean;
  /** The client wants no answer (an unacknowledged write). */
  silent: boolean;
}

/** Bytes that are not a message of this protocol: the connection that sent them is closed. */
export class ProtocolError extends Error {}

/** Cuts one message off the front of what has arrived; undefined while it is not complete. */
export function takeMessage(received: Buffer): { message: Buffer; rest: Buffer } | undefined {
  if (received.length < 4) return undefined;
  const length = received.readInt32LE(0);
  if (length < headerBytes || length > maxMessageBytes) throw new ProtocolError(`message of ${length} bytes`);
  if (received.length < length) return undefined;
  return { message: received.subarray(0, length), rest: received.subarray(length) };
}

function documentAt(message: Buffer, at: number, end: number): Buffer {
  const length = at + 4 <= end ? message.readInt32LE(at) : 0;
  if (length < 5 || at + length > end) throw new ProtocolError('a document reaches beyond its message');
  return message.subarray(at, at + length);
}

function parseMsg(message: Buffer, id: number): Request {
  const flags = message.readUInt32LE(headerBytes);
  if ((flags & 0xffff & ~(checksumPresent | moreToCome)) !== 0) throw new ProtocolError('unknown required flags');
  const end = message.length - (flags & checksumPresent ? 4 : 0);
  let body: Doc | undefined;
  const sequences = new Map<string, Uint8Array[]>();
  for (let at = headerBytes + 4; at < end;) {
    const kind = message[at];
    at += 1;
    if (kind === 0) {
      const bytes = documentAt(message, at, end);
      if (body) throw new ProtocolError('two bodies in one message');
      body = decode(bytes);
      at += bytes.length;
    } else if (kind === 1) {
      const stop = at + (at + 4 <= end ? message.readInt32LE(at) : 0);
      const nul = message.indexOf(0, at + 4);
      if (stop > end || nul < 0 || nul >= stop) throw new ProtocolError('a sequence reaches beyond its message');
      const name = message.toString('utf8', at + 4, nul);
      const documents: Uint8Array[] = [];
      for (at = nul + 1; at < stop; at += documents.at(-1)?.length ?? 0) documents.push(documentAt(message, at, stop));
      sequences.set(name, documents);
    } else throw new ProtocolError(`unknown section kind ${kind}`);
  }
  if (!body) throw new ProtocolError('a message without a body');
  for (const [name, documents] of sequences) body[name] = documents.map(decode);
  const { $db } = body;
  return {
    id,
    command: body,
    sequences,
    database: typeof $db === 'string' ? $db : 'admin',
    legacy: false,
    silent: (flags & moreToCome) !== 0,
  };
}

function parseQuery(message: Buffer, id: number): Request {
  const nul = message.indexOf(0, headerBytes + 4);
  if (nul < 0) throw new ProtocolError('an unterminated namespace');
  const [database = 'admin'] = message.toString('utf8', headerBytes + 4, nul).split('.');
  const command = decode(documentAt(message, nul + 9, message.length));
  return { id, command, sequences: new Map(), database, legacy: true, silent: false };
}

/** Reads a request; what is no OP_MSG or OP_QUERY throws ProtocolError. */
export function parseMessage(message: Buffer): Request {
  const id = message.readInt32LE(4);
  const opcode = message.readInt32LE(12);
  try {
    if (opcode === opMsg) return parseMsg(message, id);
    if (opcode === opQuery) return parseQuery(message, id);
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw new ProtocolError('unreadable message', { cause: error });
  }
  throw new ProtocolError(`unknown opcode ${opcode}`);
}

/** The bytes that answer a request. */
export function formatReply(request: Request, body: Uint8Array): Buffer {
  const head = Buffer.alloc(request.legacy ? 36 : 21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(request.id, 8);
  head.writeInt32LE(request.legacy ? opReply : opMsg, 12);
  if (request.legacy) head.writeInt32LE(1, 32);
  return Buffer.concat([head, body]);
}

function element(type: number, name: string, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type]), Buffer.from(name), Buffer.from([0]), value]);
}

function wrapped(elements: readonly Uint8Array[]): Buffer {
  const size = elements.reduce((sum, { length }) => sum + length, 5);
  const head = Buffer.alloc(4);
  head.writeInt32LE(size);
  return Buffer.concat([head, ...elements, Buffer.from([0])], size);
}

/** A cursor's answer, `{cursor: {<name>: documents, …rest}, ok: 1}`, with the documents' bytes as they are stored. */
export function encodeCursorReply(
  name: 'firstBatch' | 'nextBatch',
  documents: readonly Uint8Array[],
  rest: Doc,
): Buffer {
  const batch = wrapped(documents.map((bytes, i) => element(3, String(i), bytes)));
  const others = encode(rest);
  const cursor = wrapped([element(4, name, batch), others.subarray(4, -1)]);
  return wrapped([element(3, 'cursor', cursor), encode({ ok: new Double(1) }).subarray(4, -1)]);
}
