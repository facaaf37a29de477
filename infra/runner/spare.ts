import { Peer } from './peer.ts';
import type { ServerProcess, ServerProcessOptions } from './server-process.ts';

export interface SpareOptions {
  readonly start: () => Omit<ServerProcessOptions, 'onMessage'>;
  readonly version: string;
  readonly startMs: number;
  /** How many processes the memory has room for. */
  readonly room: () => number;
}

/** A proven process beside the one that is shared, so that a session or a caller who needs their own does not wait for its start. */
export class Spare {
  readonly #options: SpareOptions;
  #peer: Peer | undefined;
  #proven = false;
  #over = false;

  constructor(options: SpareOptions) {
    this.#options = options;
  }

  /** Starts it, if there is none and the memory has room. One that cannot be started is nobody's loss. */
  prepare(): void {
    if (this.#over || this.#peer || this.#options.room() < 2) return;
    const { start, version, startMs } = this.#options;
    const peer = new Peer(start());
    this.#peer = peer;
    this.#proven = false;
    const late = setTimeout(() => void peer.process.stop(), startMs).unref();
    const met = peer.handshake(version).then(
      () => (this.#proven = this.#peer === peer),
      () => peer.process.stop(),
    );
    void met.finally(() => clearTimeout(late));
    void peer.process.ended.then(() => (this.#peer = this.#peer === peer ? undefined : this.#peer));
  }

  /** The process, if it is proven; the next one is started in its place. */
  take(): ServerProcess | undefined {
    const peer = this.#proven ? this.#peer : undefined;
    if (!peer || peer.process.over) return undefined;
    this.#peer = undefined;
    this.#proven = false;
    this.prepare();
    return peer.process;
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#peer?.process.stop();
  }
}
