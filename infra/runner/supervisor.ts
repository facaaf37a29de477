import { setTimeout as sleep } from 'node:timers/promises';
import type { RunnerState } from '../../lib/deployments/runner-contract.ts';
import { watchForHang } from './hang-watch.ts';
import { Peer, type ServerFacts } from './peer.ts';
import type { Guard } from './guard.ts';
import type { LogBuffer } from './log-buffer.ts';
import type { Command } from './server-process.ts';

export interface SupervisorOptions {
  /** Makes the server ready to be started, and says how. Its error's message is the reason of a failure. */
  readonly prepare: (signal: AbortSignal) => Promise<Command>;
  readonly guard: Guard;
  readonly log: LogBuffer;
  readonly version: string;
  readonly onState: (state: RunnerState, change: { readonly facts?: ServerFacts; readonly reason?: string }) => void;
  readonly timing?: Partial<typeof defaultTiming>;
}

export const defaultTiming = {
  /** From the start of the process to the end of the handshake. */
  startMs: 45_000,
  backoffMs: 500,
  longestBackoffMs: 30_000,
  windowMs: 600_000,
  pingMs: 15_000,
  unhealthyMs: 10_000,
  hungMs: 60_000,
};

const RESTARTS_IN_WINDOW = 5;
const RUBBISH_LINES = 1_000;

/**
 * Keeps one process of the server running, met and answering: the one that proves readiness and answers requests
 * without a session. A start that fails the first time fails for good; later ones are tried again with growing pauses,
 * until the fifth restart in ten minutes.
 */
export class Supervisor {
  restarts = 0;
  facts: ServerFacts | undefined;
  /** How the server is started, once that is known. */
  command: Command | undefined;
  readonly #options: SupervisorOptions;
  readonly #timing: typeof defaultTiming;
  readonly #stopping = new AbortController();
  #peer: Peer | undefined;
  #ready = false;
  #restartedAt: number[] = [];
  #running: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
  }

  /** The connection to the server while it is ready. */
  get peer(): Peer | undefined {
    return this.#ready ? this.#peer : undefined;
  }

  get pid(): number | undefined {
    return this.#peer?.process.pid;
  }

  /** Runs until stopped or failed. */
  run(): Promise<void> {
    return (this.#running ??= this.#run());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#peer?.process.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    this.#options.onState('installing', {});
    try {
      this.command = await this.#options.prepare(this.#stopping.signal);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#options.onState('failed', { reason: (error as Error).message });
      return;
    }
    this.#options.onState('initializing', {});
    let reason = await this.#live(this.command);
    while (reason !== undefined && this.facts !== undefined) {
      const now = performance.now();
      this.#restartedAt = [...this.#restartedAt.filter((at) => now - at < this.#timing.windowMs), now];
      if (this.#restartedAt.length > RESTARTS_IN_WINDOW) {
        reason = `${RESTARTS_IN_WINDOW} restarts in ten minutes; at last: ${reason}`;
        break;
      }
      this.restarts += 1;
      this.#options.onState('restarting', { reason });
      await this.#pause();
      reason = await this.#live(this.command);
    }
    if (reason !== undefined) this.#options.onState('failed', { reason });
  }

  /** One life of the process. Answers why it ended; undefined when that was asked for. */
  async #live(command: Command): Promise<string | undefined> {
    if (this.#stopping.signal.aborted) return undefined;
    let rubbish: string | undefined;
    let lines = 0;
    const peer = new Peer({
      ...command,
      guard: this.#options.guard,
      log: this.#options.log,
      onRubbish: (line) => {
        rubbish ??= line;
        lines += 1;
        if (lines === RUBBISH_LINES && !this.#ready) peer.process.kill('it writes to standard output what is not MCP');
      },
    });
    this.#peer = peer;
    const printed = (): string =>
      rubbish === undefined ? '' : `; it printed on standard output: ${rubbish.slice(0, 200)}`;
    try {
      this.facts = await this.#meet(peer);
    } catch (error) {
      await peer.process.stop(1_000);
      return this.#stopping.signal.aborted ? undefined : `${(error as Error).message}${printed()}`;
    }
    this.#ready = true;
    this.#options.onState('ready', { facts: this.facts });
    const watch = watchForHang(peer.process, this.#timing, (healthy) =>
      this.#options.onState(
        healthy ? 'ready' : 'unhealthy',
        healthy ? {} : { reason: 'the server does not answer pings' },
      ),
    );
    const how = await peer.process.ended;
    watch.stop();
    this.#ready = false;
    return this.#stopping.signal.aborted ? undefined : `the server ${how}`;
  }

  async #meet(peer: Peer): Promise<ServerFacts> {
    const patience = new AbortController();
    const { startMs } = this.#timing;
    const late = sleep(startMs, undefined, { signal: patience.signal }).then(() => {
      throw new Error(`the server did not answer the handshake within ${Math.round(startMs / 1_000)} s`);
    });
    // The process's own end tells more than the error answer which it turns the handshake into.
    const ended = peer.process.ended.then((how) => {
      throw new Error(`the server ${how}${how.startsWith('ended') ? ' before it was ready' : ''}`);
    });
    const met = peer.meet(this.#options.version).catch(async (error: unknown) => {
      await Promise.race([ended, sleep(100)]);
      throw error;
    });
    try {
      return await Promise.race([met, late, ended]);
    } finally {
      patience.abort();
      for (const loser of [met, late, ended]) loser.catch(() => undefined);
    }
  }

  async #pause(): Promise<void> {
    const { backoffMs, longestBackoffMs } = this.#timing;
    const longest = Math.min(longestBackoffMs, backoffMs * 2 ** (this.#restartedAt.length - 1));
    await sleep(longest * (0.75 + Math.random() / 4), undefined, { signal: this.#stopping.signal }).catch(
      () => undefined,
    );
  }
}
