import { once } from 'node:events';
import { connect } from 'node:net';
import { serialize } from 'bson';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMongo } from '../../../../infra/local/mongo/server.ts';
import { decode, type Doc } from '../../../../infra/local/mongo/values.ts';
import { parseMessage, ProtocolError, takeMessage } from '../../../../infra/local/mongo/wire.ts';
import { takesTime } from '../../../wait-until.ts';

function int32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeInt32LE(value, i * 4);
  return bytes;
}

function message(opcode: number, id: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(16 + body.length, id, 0, opcode), body]);
}

const msg = (id: number, command: Doc, flags = 0, ...rest: Uint8Array[]): Buffer =>
  message(2013, id, int32(flags), Buffer.from([0]), serialize(command), ...rest);

function sequence(name: string, ...docs: Doc[]): Buffer {
  const body = Buffer.concat([Buffer.from(`${name}\0`), ...docs.map((doc) => serialize(doc))]);
  return Buffer.concat([Buffer.from([1]), int32(body.length + 4), body]);
}

const malformed: readonly [what: string, bytes: Buffer][] = [
  ['an unknown opcode', message(9999, 1, Buffer.alloc(8))],
  ['a body longer than its message', message(2013, 1, int32(0), Buffer.from([0]), int32(5000))],
  ['a body of negative length', message(2013, 1, int32(0), Buffer.from([0]), int32(-5))],
  ['no body', message(2013, 1, int32(0))],
  ['two bodies', msg(1, { ping: 1 }, 0, Buffer.from([0]), serialize({ ping: 1 }))],
  ['an unknown section', msg(1, { ping: 1 }, 0, Buffer.from([7]))],
  ['a sequence longer than its message', msg(1, { ping: 1 }, 0, Buffer.from([1]), int32(5000))],
  ['a sequence without a name', msg(1, { ping: 1 }, 0, Buffer.from([1]), int32(8), Buffer.from('abcd'))],
  ['an unknown required flag', msg(1, { ping: 1 }, 4)],
  ['nothing at all', message(2013, 1)],
  ['no BSON', message(2013, 1, int32(0), Buffer.from([0]), int32(8), Buffer.from([99, 1, 1, 0]))],
  ['a query without end', message(2004, 1, int32(0), Buffer.from('admin'))],
];

describe('wire protocol', () => {
  it('puts document sequences into the command and keeps their bytes', () => {
    const docs = [{ _id: 1 }, { _id: 2 }];
    const request = parseMessage(msg(7, { insert: 'c', $db: 'test' }, 0, sequence('documents', ...docs)));
    expect(request).toMatchObject({ id: 7, database: 'test', silent: false, legacy: false });
    expect(request.command['documents']).toHaveLength(2);
    expect(request.sequences.get('documents')?.map((bytes) => Buffer.from(bytes))).toEqual(
      docs.map((doc) => Buffer.from(serialize(doc))),
    );
  });

  it('overlooks a checksum and optional flags, and notes that no answer is wanted', () => {
    expect(parseMessage(msg(1, { ping: 1 }, 1, int32(12_345))).command).toHaveProperty('ping');
    expect(parseMessage(msg(1, { ping: 1 }, 1 << 16)).silent).toBe(false);
    expect(parseMessage(msg(1, { ping: 1 }, 2)).silent).toBe(true);
  });

  it('waits for the whole message and leaves the next one', () => {
    const [first, second] = [msg(1, { ping: 1 }), msg(2, { ping: 1 })];
    expect(takeMessage(first.subarray(0, 3))).toBeUndefined();
    expect(takeMessage(first.subarray(0, -1))).toBeUndefined();
    expect(takeMessage(Buffer.concat([first, second]))).toEqual({ message: first, rest: second });
  });

  it.each([[-1], [0], [15], [48_000_001]])('refuses a message of %d bytes', (length) => {
    expect(() => takeMessage(int32(length, 0, 0, 0))).toThrow(ProtocolError);
  });

  it.each(malformed)('refuses %s', (_, bytes) => {
    expect(() => parseMessage(bytes)).toThrow(ProtocolError);
  });
});

describe('connection', () => {
  let server: Awaited<ReturnType<typeof startMongo>>;

  beforeAll(async () => {
    server = await startMongo({ file: ':memory:' });
  });

  afterAll(() => server.stop());

  async function exchange(chunks: Buffer[], answers: number): Promise<Buffer[]> {
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.setNoDelay(true);
    const replies: Buffer[] = [];
    let received: Buffer = Buffer.alloc(0);
    const complete = new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        for (let taken = takeMessage(received); taken; taken = takeMessage(received)) {
          replies.push(taken.message);
          received = taken.rest;
        }
        if (replies.length === answers) resolve();
      });
    });
    for (const chunk of chunks) {
      socket.write(chunk);
      await takesTime(2);
    }
    await complete;
    socket.destroy();
    return replies;
  }

  it('takes a message byte by byte', async () => {
    const bytes = msg(42, { ping: 1, $db: 'admin' });
    const [reply] = await exchange(
      Array.from(bytes, (byte) => Buffer.from([byte])),
      1,
    );
    expect(reply?.readInt32LE(8)).toBe(42);
  });

  it('answers several messages in one packet, in order', async () => {
    const replies = await exchange([Buffer.concat([1, 2, 3].map((id) => msg(id, { ping: 1, $db: 'admin' })))], 3);
    expect(replies.map((reply) => reply.readInt32LE(8))).toEqual([1, 2, 3]);
  });

  it('answers the handshake of OP_QUERY with OP_REPLY', async () => {
    const query = message(2004, 5, int32(0), Buffer.from('admin.$cmd\0'), int32(0, -1), serialize({ isMaster: 1 }));
    const [reply = Buffer.alloc(0)] = await exchange([query], 1);
    expect(reply.readInt32LE(12)).toBe(1);
    expect(decode(reply.subarray(36))).toMatchObject({ ismaster: true });
  });

  it('rejects when the port is taken', async () => {
    await expect(startMongo({ file: ':memory:', port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
