import { Writable } from 'node:stream';
import { BadAnswer, type Head, readPrelude } from './answer.ts';

const integrationType = 'application/vnd.awslambda.http-integration-response';
const delimiter = Buffer.alloc(8);
const maxPreludeBytes = 65_536;

/** Takes a streamed answer apart on its way to the client. */
export interface Reader {
  head(head: Head): void;
  /** Calls `done` when it can take more. */
  body(chunk: Buffer, done: () => void): void;
}

/**
 * The second argument of a streaming function. What is written follows Lambda's wire form, a JSON prelude, 8 zero bytes and the body, and
 * is read like that again. As on Lambda, the prelude goes out with the first write, not before.
 */
export class ResponseStream extends Writable {
  readonly #reader: Reader;
  #contentType = 'application/octet-stream';
  #prelude: string | undefined;
  /** Bytes before the delimiter; undefined once the head is read. */
  #unread: Buffer | undefined = Buffer.alloc(0);

  constructor(reader: Reader) {
    super();
    this.#reader = reader;
  }

  get headRead(): boolean {
    return this.#unread === undefined;
  }

  setContentType(type: string): void {
    this.#contentType = type;
  }

  /** What `HttpResponseStream.from` leaves here for the first write. */
  setPrelude(prelude: string): void {
    this.#prelude = prelude;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error) => void): void {
    let bytes = chunk;
    if (this.#prelude !== undefined) {
      bytes = Buffer.concat([Buffer.from(this.#prelude), delimiter, chunk]);
      this.#prelude = undefined;
    }
    try {
      const body = this.#readHead(bytes);
      if (body.byteLength > 0) this.#reader.body(body, callback);
      else callback();
    } catch (error) {
      callback(error instanceof Error ? error : new BadAnswer(String(error)));
    }
  }

  override _final(callback: (error?: Error) => void): void {
    if (this.headRead) callback();
    else callback(new BadAnswer('The stream ended before its prelude; Lambda sends that with the first write.'));
  }

  #readHead(bytes: Buffer): Buffer {
    if (this.#unread === undefined) return bytes;
    if (this.#contentType !== integrationType) throw new BadAnswer(`The stream's type is not ${integrationType}.`);
    const all = Buffer.concat([this.#unread, bytes]);
    const end = all.indexOf(delimiter);
    if (end === -1) {
      if (all.byteLength > maxPreludeBytes) throw new BadAnswer('The prelude of the streamed answer has no end.');
      this.#unread = all;
      return Buffer.alloc(0);
    }
    this.#unread = undefined;
    this.#reader.head(readPrelude(all.toString('utf8', 0, end)));
    return all.subarray(end + delimiter.byteLength);
  }
}

/** Puts Lambda's `awslambda` global into this process. */
export function installStreaming(): void {
  Object.assign(globalThis, {
    awslambda: {
      HttpResponseStream: {
        from: (stream: ResponseStream, metadata: object): ResponseStream => {
          stream.setContentType(integrationType);
          stream.setPrelude(JSON.stringify(metadata));
          return stream;
        },
      },
      streamifyResponse: <H extends object>(handler: H): H =>
        Object.assign(handler, { [Symbol.for('aws.lambda.runtime.handler.streaming')]: 'response' }),
    },
  });
}
