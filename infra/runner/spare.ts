import { Peer } from './peer.ts';
import type { ServerProcess, ServerProcessOptions } from './server-process.ts';

/** When one is taken the next is often wanted before another has started. */
const spares = 2;

export interface SpareOptions {
  readonly start: () => Omit<ServerProcessOptions, 'onMessage'>;
  readonly version: string;
  readonly startMs: number;
  /** How many processes the memory has room for. */
  readonly room: () => number;
}

/** Proven processes beside the one that is shared, so that a session or a caller who needs their own does not wait for its start. */
export class Spare {
  readonly #options: SpareOptions;
  readonly #peers = new Map<Peer, { isProven: boolean }>();
  #isWanted = false;
  #over = false;

  constructor(options: SpareOptions) {
    this.#options = options;
  }

  /** From now on two are kept ready, as far as the memory has room. One that cannot be started is nobody's loss. */
  prepare(): void {
    this.#isWanted = true;
    this.#fill();
  }

  #fill(): void {
    if (this.#over || !this.#isWanted) return;
    while (this.#peers.size < spares && this.#options.room() > this.#peers.size + 1) this.#start();
  }

  /** A process, if one is proven; another is started in its place. */
  take(): ServerProcess | undefined {
    const [peer] = [...this.#peers].flatMap(([each, { isProven }]) => (isProven && !each.process.over ? [each] : []));
    if (peer) this.#peers.delete(peer);
    this.#fill();
    return peer?.process;
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
