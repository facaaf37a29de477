import { type ChainableCommander, Redis, ReplyError } from 'ioredis';

/** What Redis answers: strings are bytes, integers their digits. An error inside a transaction stands in its place. */
export type Reply = Buffer | string | null | Error | Reply[];

/** Redis cannot be reached, refused the password, or did not answer in time. */
export class RedisUnreachable extends Error {}

const connectMs = 2000;

/** Commands from many callers over one connection, which is opened when it is needed and again after it was lost. */
export class RedisClient {
  readonly #url: string;
  readonly #deadlineMs: number;
  #redis: Redis | undefined;
  #reason = 'the connection was closed';

  constructor(url: string, deadlineMs: number) {
    this.#url = url;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Sends the commands with no other caller's in between and answers their replies, errors of Redis among them.
   *
   * @throws RedisUnreachable when there is no connection, it is lost, or the deadline passes
   */
  async send(commands: readonly (readonly string[])[]): Promise<Reply[]> {
    const pipeline = (this.#redis ??= this.#open()).pipeline();
    for (const command of commands) add(pipeline, command);
    const results = (await pipeline.exec()) ?? [];
    return results.map(([error, reply]) => {
      if (!error) return reply as Reply;
      if (error instanceof ReplyError && !/^(WRONGPASS|NOAUTH)/.test(error.message)) return error;
      throw new RedisUnreachable(`ERR redis cannot be reached: ${this.#reason}`);
    });
  }

  close(): void {
    this.#redis?.disconnect();
  }

  #open(): Redis {
    this.#reason = 'the connection was closed';
    const redis = new Redis(this.#url, {
      protocol: 2,
      connectTimeout: connectMs,
      socketTimeout: this.#deadlineMs,
      retryStrategy: null,
      autoResendUnfulfilledCommands: false,
      enableReadyCheck: false,
      disableClientInfo: true,
      stringNumbers: true,
    });
    redis.on('error', (error) => (this.#reason = error.message));
    redis.once('end', () => (this.#redis = undefined));
    return redis;
  }
}

/** In upper case, because the library gives some lower-case commands another meaning or answer. */
function add(pipeline: ChainableCommander, [name = '', ...args]: readonly string[]): void {
  pipeline.callBuffer(name.toUpperCase(), ...args);
}
