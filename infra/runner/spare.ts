import { Peer } from './peer.ts';
import type { ServerProcess, ServerProcessOptions } from './server-process.ts';

/** Once one has been taken: the next is often wanted before another has started. */
const mostSpares = 2;

export interface SpareOptions {
  readonly start: () => Omit<ServerProcessOptions, 'onMessage'>;
  readonly version: string;
  readonly startMs: number;
  /** How many spares the memory has room for. */
  readonly room: () => number;
}

/** Proven processes beside the one that is shared, so that a session or a caller who needs their own does not wait for its start. */
export class Spare {
  readonly #options: SpareOptions;
  readonly #peers = new Map<Peer, { isProven: boolean }>();
  #wanted = 0;
  #over = false;

  constructor(options: SpareOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#peers.size;
  }

  /** Whether one is proven. */
  get isReady(): boolean {
    return this.#ready() !== undefined;
  }

  /** From now on one is kept ready, as far as the memory has room. One that cannot be started is nobody's loss. */
  prepare(): void {
    this.#wanted ||= 1;
    this.#fill();
  }

  #fill(): void {
    if (this.#over) return;
    while (this.#peers.size < this.#wanted && this.#options.room() > this.#peers.size + 1) this.#start();
  }

  /** A process, if one is proven; another is started in its place. */
  take(): ServerProcess | undefined {
    const peer = this.#ready();
    if (peer) this.#peers.delete(peer);
    if (this.#wanted > 0) this.#wanted = mostSpares;
    this.#fill();
    return peer?.process;
  }

  #ready(): Peer | undefined {
    return [...this.#peers].find(([{ process }, { isProven }]) => isProven && !process.over)?.[0];
  }

  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all([...this.#peers.keys()].map(({ process }) => process.stop()));
  }

  #start(): void {
    const { start, version, startMs } = this.#options;
    const peer = new Peer(start());
    const state = { isProven: false };
    this.#peers.set(peer, state);
    const late = setTimeout(() => void peer.process.stop(), startMs).unref();
    const met = peer.handshake(version).then(
      () => (state.isProven = true),
      () => peer.process.stop(),
    );
    void met.finally(() => clearTimeout(late));
    void peer.process.ended.then(() => this.#peers.delete(peer));
  }
}
