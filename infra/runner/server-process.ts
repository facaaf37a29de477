import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guard } from './guard.ts';
import { codes, errorText, type Message, readMessage, requestText } from './json-rpc.ts';
import { lineReader } from './lines.ts';
import type { LogBuffer } from './log-buffer.ts';

/** Larger messages come from a server that has lost its way; API Gateway carries 10 MB. */
const MESSAGE_BYTES = 32 * 1024 * 1024;
const LOG_LINE_BYTES = 64 * 1024;
const PING = 'runner-ping-';

// The shell makes itself known to the guard and becomes the server, which does not inherit the guard's descriptor.
const START = 'echo "+ $$" >&3; exec 3>&-; exec "$@"';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
}

export interface ServerProcessOptions extends Command {
  readonly guard: Guard;
  readonly log: LogBuffer;
  /** A message from the server, as it wrote it and as far as it was read. */
  readonly onMessage: (text: string, message: Message) => void;
  /** A line on standard output that is no message. */
  readonly onRubbish?: (line: string) => void;
}

/** One process of the MCP server, leader of a process group of its own, spoken to over standard input and output. */
export class ServerProcess {
  /** Settles when the process and its group are gone, with what a person is told about it. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #options: ServerProcessOptions;
  #pings = 0;
  #pong: (() => void) | undefined;
  #because: string | undefined;
  #over = false;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
    const { command, args, env, cwd, guard } = options;
    this.#child = spawn('/bin/sh', ['-c', START, 'sh', command, ...args], {
      env: { ...env, ...guard.variables },
      cwd,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', guard.input],
    });
    // The server may be gone before its input is written.
    this.#child.stdin?.on('error', () => undefined);
    this.ended = this.#untilEnded();
    this.#read();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Writes one message; it may hold no newline. */
  send(text: string): void {
    this.#child.stdin?.write(`${text}\n`);
  }

  /** Settles with the answer to a ping, an error answer included. Pending for ever when there is none: race it. */
  ping(): Promise<void> {
    const answered = new Promise<void>((resolve) => (this.#pong = resolve));
    this.send(requestText(`${PING}${(this.#pings += 1)}`, 'ping'));
    return answered;
  }

  /** Closes its input, asks with SIGTERM, kills the whole group after `graceMs`. */
  async stop(graceMs = 5_000): Promise<void> {
    if (this.#over) return void (await this.ended);
    this.#child.stdin?.end();
    const patience = new AbortController();
    const killing = (async () => {
      await sleep(Math.min(500, graceMs / 2), undefined, { signal: patience.signal });
      this.#signal('SIGTERM');
      await sleep(graceMs, undefined, { signal: patience.signal });
      this.#signal('SIGKILL');
    })().catch((error: unknown) => {
      if (!patience.signal.aborted) throw error;
    });
    await this.ended;
    patience.abort();
    await killing;
  }

  /** Kills the group at once. `because` is what a person is told. */
  kill(because: string): void {
    this.#because = because;
    this.#signal('SIGKILL');
  }

  #read(): void {
    const { log, onMessage, onRubbish } = this.#options;
    const rubbish = (line: string): void => {
      log.add('stdout', line);
      onRubbish?.(line);
    };
    const deliver = (text: string, value: unknown): void => {
      const message = readMessage(value);
      if (message === undefined) rubbish(text);
      else if (!this.#isPong(message)) onMessage(text, message);
    };
    const messages = lineReader(
      (line) => {
        let value: unknown;
        try {
          value = JSON.parse(line);
        } catch {
          rubbish(line);
          return;
        }
        // Protocol 2025-03-26 knows batches.
        if (Array.isArray(value)) for (const one of value) deliver(JSON.stringify(one), one);
        else deliver(line, value);
      },
      {
        maxBytes: MESSAGE_BYTES,
        tooLong: () => this.kill(`it wrote a message of more than ${MESSAGE_BYTES / 1024 / 1024} MB`),
      },
    );
    const errors = lineReader((line) => log.add('stderr', line), {
      maxBytes: LOG_LINE_BYTES,
      tooLong: (beginning) => log.add('stderr', `${beginning}… (a line of more than 64 KB)`),
    });
    for (const [stream, reader] of [
      [this.#child.stdout, messages],
      [this.#child.stderr, errors],
    ] as const) {
      stream?.on('data', (chunk: Buffer) => reader.push(chunk)).on('end', () => reader.end());
    }
  }

  #isPong(message: Message): boolean {
    if (message.kind !== 'response' || typeof message.id !== 'string' || !message.id.startsWith(PING)) return false;
    this.#pong?.();
    return true;
  }

  async #untilEnded(): Promise<string> {
    const child = this.#child;
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const how = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => resolve(this.#describe(code, signal)));
    });
    this.#over = true;
    this.#signal('SIGKILL');
    // What it wrote last is still in the pipes; who left the group may hold them open.
    await Promise.race([closed, sleep(1_000)]);
    if (child.pid !== undefined) this.#options.guard.forget(child.pid);
    return this.#because ?? how;
  }

  #describe(code: number | null, signal: NodeJS.Signals | null): string {
    if (signal === 'SIGKILL') return 'ended by SIGKILL (out of memory?)';
    if (signal !== null) return `ended by ${signal}`;
    if (code === 127) return `could not be started: the command ${this.#options.command} was not found`;
    if (code === 126) return `could not be started: the command ${this.#options.command} is no program`;
    return `ended with status ${code}`;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** What a caller is told whose request the process took with it. */
export function endedError(id: string | number, how: string): string {
  return errorText(id, { code: codes.serverDown, message: `The MCP server is gone: ${how}` });
}
