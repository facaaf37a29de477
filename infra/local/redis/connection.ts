import { connect, type Socket } from 'node:net';
import { encodeCommand, RedisError, ReplyParser, type Argument, type Reply } from './resp.ts';

const CONNECT_MS = 2000;

/** Redis cannot be reached, or did not answer in time. */
export class RedisUnreachable extends Error {}

/**
 * One connection to `redis://:password@host:port`, authenticated; replies go to `onReply` in order.
 * Rejects with {@link RedisUnreachable}.
 */
export function openConnection(
  url: URL,
  onReply: (reply: Reply) => void,
  onClose: (error: RedisUnreachable) => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port || 6379), noDelay: true });
    const timer = setTimeout(() => socket.destroy(new Error('no answer')), CONNECT_MS);
    const parser = new ReplyParser();
    let authenticated = url.password === '';
    const open = () => {
      clearTimeout(timer);
      resolve(socket);
    };
    const receive = (reply: Reply) => {
      if (authenticated) onReply(reply);
      else if (reply instanceof RedisError) socket.destroy(reply);
      else {
        authenticated = true;
        open();
      }
    };
    let reason = 'the connection was closed';
    socket.on('error', (error) => (reason = error.message));
    socket.on('close', () => {
      clearTimeout(timer);
      const error = new RedisUnreachable(`ERR redis cannot be reached: ${reason}`);
      reject(error);
      onClose(error);
    });
    socket.on('data', (packet: Buffer) => {
      try {
        for (const reply of parser.push(packet)) receive(reply);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on('connect', () => {
      if (authenticated) open();
      else socket.write(encodeCommand(['AUTH', decodeURIComponent(url.password)]));
    });
  });
}

interface Waiting {
  resolve: (reply: Reply) => void;
  reject: (error: Error) => void;
}

/** Commands from many callers over one connection, which is opened when it is needed and again after it was lost. */
export class RedisClient {
  private readonly url: URL;
  private readonly deadlineMs: number;
  private socket: Promise<Socket> | undefined;
  private waiting: Waiting[] = [];

  constructor(url: string, deadlineMs: number) {
    this.url = new URL(url);
    this.deadlineMs = deadlineMs;
  }

  /**
   * Sends the commands with no other caller's in between and answers their replies, errors of Redis among them.
   * Rejects with {@link RedisUnreachable} when the connection is lost or the deadline passes.
   */
  async send(commands: Argument[][]): Promise<Reply[]> {
    const socket = await (this.socket ??= this.open());
    if (socket.destroyed) throw new RedisUnreachable('ERR redis cannot be reached: the connection was closed');
    const replies = commands.map(() => new Promise<Reply>((resolve, reject) => this.waiting.push({ resolve, reject })));
    socket.write(Buffer.concat(commands.map(encodeCommand)));
    // What follows on this connection would wait as well: a new one is opened for it.
    const timer = setTimeout(() => socket.destroy(new Error(`no answer in ${this.deadlineMs} ms`)), this.deadlineMs);
    try {
      return await Promise.all(replies);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    const socket = await this.socket?.catch(() => undefined);
    socket?.destroy();
  }

  private open(): Promise<Socket> {
    return openConnection(
      this.url,
      (reply) => this.waiting.shift()?.resolve(reply),
      (error) => {
        const waiting = this.waiting;
        this.waiting = [];
        this.socket = undefined;
        for (const { reject } of waiting) reject(error);
      },
    );
  }
}
