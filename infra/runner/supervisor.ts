import { setTimeout as sleep } from 'node:timers/promises';
import type { RunnerState } from '../../lib/deployments/runner-contract.ts';
import { isObject } from '../../lib/upstream/json-rpc.ts';
import { watchForHang } from './hang-watch.ts';
import { Peer, type ServerFacts } from './peer.ts';
import type { Guard } from './guard.ts';
import type { LogBuffer } from './log-buffer.ts';
import type { Command, ServerProcess } from './server-process.ts';

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
  startMs: 90_000,
  backoffMs: 500,
  longestBackoffMs: 30_000,
  windowMs: 600_000,
  pingMs: 15_000,
  busyPingMs: 4_000,
  unhealthyMs: 8_000,
  hungMs: 60_000,
  callMs: 300_000,
};

const restartsInWindow = 5;
const rubbishLines = 1_000;
const relistMs = 200;

/** Why a life of the process ended: it was handed to a session, stopped, or something went wrong. */
type End = 'handed-over' | 'stopped' | { readonly reason: string };

/**
 * Keeps one process of the server running, proven and answering: it proves readiness, answers requests without a session, and is what the next session
 * gets, so that a slow start is paid before a client comes. A start that fails the first time fails for good; later ones are tried again with growing
 * pauses, until the fifth restart in ten minutes.
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
  #served = false;
  #isModern = false;
  #handedOver = Promise.withResolvers<void>();
  #readiness = Promise.withResolvers<void>();
  #restartedAt: number[] = [];
  #running: Promise<void> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#timing = { ...defaultTiming, ...options.timing };
  }

  /** How many requests without a session are in flight. */
  get busy(): number {
    return this.#peer?.busy ?? 0;
  }

  /** Whether the server speaks protocol 2026-07-28 alone. */
  get isModern(): boolean {
    return this.#isModern;
  }

  get pid(): number | undefined {
    return this.#peer?.process.pid;
  }

  /** The connection to the server for a request without a session; waits up to `ms` while a process is being started. */
  async peerWithin(ms: number): Promise<Peer | undefined> {
    if (!this.#ready) await Promise.race([this.#readiness.promise, sleep(ms, undefined, { ref: false })]);
    if (!this.#ready) return undefined;
    this.#served = true;
    return this.#peer;
  }

  /** The proven process, for a session of its own; another one is started in its place. Undefined when it has served others, or is not ready. */
  handOver(): ServerProcess | undefined {
    const peer = this.#peer;
    if (!this.#ready || this.#served || peer === undefined || peer.busy > 0 || peer.process.over) return undefined;
    this.#unready();
    this.#handedOver.resolve();
    return peer.process;
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
    let end = await this.#live(this.command);
    while (end === 'handed-over' || (end !== 'stopped' && this.facts !== undefined)) {
      if (end !== 'handed-over') {
        const { reason } = end;
        const now = performance.now();
        this.#restartedAt = [...this.#restartedAt.filter((at) => now - at < this.#timing.windowMs), now];
        if (this.#restartedAt.length > restartsInWindow) {
          end = { reason: `${restartsInWindow} restarts in ten minutes; at last: ${reason}` };
          break;
        }
        this.restarts += 1;
        this.#options.onState('restarting', { reason });
        await this.#pause();
      }
      end = await this.#live(this.command);
    }
    if (typeof end === 'object') this.#options.onState('failed', end);
  }

  /** One life of the process, up to its end or its handing over. */
  async #live(command: Command): Promise<End> {
    if (this.#stopping.signal.aborted) return 'stopped';
    let rubbish: string | undefined;
    let lines = 0;
    const peer = new Peer({
      ...command,
      guard: this.#options.guard,
      log: this.#options.log,
      onRubbish: (line) => {
        rubbish ??= line;
        lines += 1;
        if (lines === rubbishLines && !this.#ready) peer.process.kill('it writes to standard output what is not MCP');
      },
    });
    this.#peer = peer;
    this.#served = false;
    this.#handedOver = Promise.withResolvers();
    const printed = (): string =>
      rubbish === undefined ? '' : `; it printed on standard output: ${rubbish.slice(0, 200)}`;
    try {
      this.facts = await this.#meet(peer, () => rubbish !== undefined);
      this.#isModern = peer.process.isModern;
    } catch (error) {
      await peer.process.stop(1_000);
      return this.#stopping.signal.aborted ? 'stopped' : { reason: `${(error as Error).message}${printed()}` };
    }
    this.#ready = true;
    this.#readiness.resolve();
    this.#options.onState('ready', { facts: this.facts });
    this.#followLists(peer);
    const watch = watchForHang(peer.process, {
      timing: this.#timing,
      waitingMs: () => peer.waitingMs,
      onHealth: (healthy) =>
        this.#options.onState(
          healthy ? 'ready' : 'unhealthy',
          healthy ? {} : { reason: 'the server shows no sign of life' },
        ),
    });
    const how = await Promise.race([peer.process.ended, this.#handedOver.promise]);
    watch.stop();
    if (how === undefined) {
      if (this.#peer === peer) this.#peer = undefined;
      return this.#stopping.signal.aborted ? 'stopped' : 'handed-over';
    }
    this.#unready();
    return this.#stopping.signal.aborted ? 'stopped' : { reason: `the server ${how}` };
  }

  #unready(): void {
    this.#ready = false;
    this.#readiness = Promise.withResolvers();
  }

  /** Servers whose tools, prompts or resources come and go say so; the lists that are reported follow. */
  #followLists(peer: Peer): void {
    let soon: NodeJS.Timeout | undefined;
    const relist = async (): Promise<void> => {
      const { capabilities = {} } = this.facts ?? {};
      const tools = isObject(capabilities['tools']) ? await peer.listTools() : [];
      const offers = await peer.listOffers(capabilities);
      if (this.#peer !== peer || !this.#ready || this.facts === undefined) return;
      this.facts = { ...this.facts, tools, offers };
      this.#options.onState('ready', { facts: this.facts });
    };
    peer.listeners.add((method) => {
      if (!method.endsWith('/list_changed')) return;
      clearTimeout(soon);
      soon = setTimeout(() => {
        relist().catch((error: unknown) =>
          this.#options.log.add('runner', `the changed lists could not be read: ${(error as Error).message}`),
        );
      }, relistMs).unref();
    });
  }

  /** What has printed something else in place of an answer gets two thirds of the time: mostly it has answered in a form of its own. */
  async #meet(peer: Peer, isNoisy: () => boolean): Promise<ServerFacts> {
    const waiting = new AbortController();
    const { signal } = waiting;
    const { startMs } = this.#timing;
    const noisyMs = (startMs * 2) / 3;
    const untilLate = async (): Promise<never> => {
      await sleep(noisyMs, undefined, { signal });
      const ms = isNoisy() ? noisyMs : startMs;
      await sleep(ms - noisyMs, undefined, { signal });
      throw new Error(`the server did not answer the handshake within ${Math.round(ms / 1_000)} s`);
    };
    const late = untilLate();
    // The process's own end says more than the error answer which it turns the handshake into.
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
      waiting.abort();
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
