import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { maxMessageBytes, readMessage, readServerMessage, requestText } from '../../lib/upstream/json-rpc.ts';
import type { Guard } from './guard.ts';
import { lineReader } from './lines.ts';
import type { LogBuffer } from './log-buffer.ts';
import { ModernServer } from './modern-server.ts';
import { killMarked } from './process-marks.ts';
import { isProbed, type Listener, probePrefix, replacementOf } from './server-messages.ts';

const logLineBytes = 64 * 1024;
/** After its output is closed a process may end by itself. */
const muteMs = 1_000;
const markVariable = 'MCP_SERVER_MARK';

// The shell makes itself known to the guard and becomes the server, which does not inherit the guard's descriptor.
const start = 'echo "+ $$" >&3; exec 3>&-; exec "$@"';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
}

export interface ServerProcessOptions extends Command, Listener {
  readonly guard: Guard;
  readonly log: LogBuffer;
  /** The server is known to speak protocol 2026-07-28 alone. */
  readonly isModern?: boolean;
}

/** One process of the MCP server, leader of a process group of its own, spoken to over standard input and output. */
export class ServerProcess {
  /** Resolves when the process and its group are gone, with how it ended, for people. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #options: ServerProcessOptions;
  readonly #mark = `${markVariable}=${randomUUID()}`;
  #listener: Listener;
  #modern: ModernServer | undefined;
  #probes = 0;
  #heardAt = performance.now();
  #wake: (() => void) | undefined;
  #because: string | undefined;
  #over = false;
  #swept: Promise<void> | undefined;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
    this.#listener = options;
    const { command, args, env, cwd, guard } = options;
    this.#child = spawn('/bin/sh', ['-c', start, 'sh', command, ...args], {
      env: { ...env, ...guard.variables, [markVariable]: this.#mark.slice(markVariable.length + 1) },
      cwd,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', guard.input],
    });
    // The server may be gone before its input is written.
    this.#child.stdin?.on('error', () => undefined);
    if (options.isModern) this.speakModern();
    this.ended = this.#untilEnded();
    this.#read();
  }

  /** From now on the server is spoken to in protocol 2026-07-28, which nobody here notices. */
  speakModern(): void {
    this.#modern = new ModernServer({
      write: (text) => this.#write(text),
      deliver: (text, message) => {
        if (!isProbed(message)) this.#listener.onMessage(text, message);
      },
    });
  }

  get isModern(): boolean {
    return this.#modern !== undefined;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get over(): boolean {
    return this.#over;
  }

  /** For how long the server has written nothing, in ms. */
  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  /** From now on another listener gets what the server says. */
  handTo(listener: Listener): void {
    this.#listener = listener;
  }

  /** Writes one message; it may hold no newline. */
  send(text: string): void {
    if (this.#modern === undefined) return this.#write(text);
    const message = readMessage(JSON.parse(text));
    if (message) this.#modern.take(message);
  }

  #write(text: string): void {
    this.#child.stdin?.write(`${text}\n`);
  }

  /** Asks something whose answer interests nobody, so that the server shows a sign of life. */
  probe(method: 'ping' | 'tools/list'): void {
    this.send(requestText(`${probePrefix}${(this.#probes += 1)}`, method));
  }

  /** Whether the server writes anything within `ms`. */
  async writesWithin(ms: number, signal: AbortSignal): Promise<boolean> {
    const before = this.#heardAt;
    const waiting = new AbortController();
    const heard = new Promise<void>((resolve) => (this.#wake = resolve));
    await Promise.race([
      heard,
      sleep(ms, undefined, { signal: AbortSignal.any([signal, waiting.signal]), ref: false }),
    ]).finally(() => waiting.abort());
    return this.#heardAt > before;
  }

  /** Closes its input, asks with SIGTERM, kills the whole group after `graceMs`; what left the group ends with it. */
  async stop(graceMs = 5_000): Promise<void> {
    if (!this.#over) {
      this.#child.stdin?.end();
      const waiting = new AbortController();
      const killing = (async () => {
        await sleep(Math.min(500, graceMs / 2), undefined, { signal: waiting.signal });
        this.#signal('SIGTERM');
        await sleep(graceMs, undefined, { signal: waiting.signal });
        this.#signal('SIGKILL');
      })().catch((error: unknown) => {
        if (!waiting.signal.aborted) throw error;
      });
      await this.ended;
      waiting.abort();
      await killing;
    }
    await this.ended;
    await this.#swept;
  }

  /** Kills the group at once. `because` is the reason that people read. */
  kill(because: string): void {
    this.#because = because;
    this.#signal('SIGKILL');
  }

  #read(): void {
    const { log } = this.#options;
    const rubbish = (line: string): void => {
      log.add('stdout', line);
      this.#listener.onRubbish?.(line);
    };
    const deliver = (text: string, value: unknown): void => {
      const read = readServerMessage(value);
      if (read === undefined) return rubbish(text);
      const { message, malformed } = read;
      if (malformed) log.add('stdout', text);
      if (this.#modern) return this.#modern.receive(malformed ? replacementOf(message, value) : text, message);
      if (!isProbed(message)) this.#listener.onMessage(malformed ? replacementOf(message, value) : text, message);
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
        maxBytes: maxMessageBytes,
        tooLong: () => this.kill(`it wrote a message of more than ${maxMessageBytes / 1024 / 1024} MB`),
      },
    );
    const errors = lineReader((line) => log.add('stderr', line), {
      maxBytes: logLineBytes,
      tooLong: (beginning) => log.add('stderr', `${beginning}… (a line of more than 64 KB)`),
    });
    for (const [stream, reader] of [
      [this.#child.stdout, messages],
      [this.#child.stderr, errors],
    ] as const) {
      stream
        ?.on('data', (chunk: Buffer) => {
          this.#heardAt = performance.now();
          this.#wake?.();
          reader.push(chunk);
        })
        .on('end', () => reader.end());
    }
    // Who closes it will answer nobody any more.
    this.#child.stdout?.once('end', () => {
      setTimeout(() => {
        if (!this.#over) this.kill('closed its standard output');
      }, muteMs).unref();
    });
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
    this.#swept = killMarked(this.#mark);
    this.#swept.catch((error: unknown) =>
      this.#options.log.add('runner', `what the server left behind could not be ended: ${(error as Error).message}`),
    );
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
