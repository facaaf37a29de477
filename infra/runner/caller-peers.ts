import type { Params } from '../../lib/upstream/json-rpc.ts';
import { watchForHang, type HangTiming } from './hang-watch.ts';
import type { Handshake } from '../../lib/upstream/server-answers.ts';
import { Peer } from './peer.ts';
import type { ServerProcess, ServerProcessOptions } from './server-process.ts';

const idleMs = 5 * 60_000;
const sweepMs = 30_000;

export interface CallerPeersOptions {
  readonly start: () => Omit<ServerProcessOptions, 'onMessage'>;
  /** A process that waits to be taken, if there is one. */
  readonly proven: () => ServerProcess | undefined;
  readonly version: string;
  readonly hang: HangTiming;
  readonly startMs: number;
  /** How many callers' processes the memory has room for. */
  readonly room: () => number;
}

/** A process that answers requests without a session for one caller, and what it said of itself to a client with these capabilities. */
export interface CallerPeer {
  readonly peer: Peer;
  readonly facts: Handshake;
  /** Nobody else is given the process until then. */
  release(): void;
}

interface Kept {
  readonly key: string;
  readonly met: Promise<{ readonly peer: Peer; readonly facts: Handshake }>;
  readonly peer: Peer;
  taken: boolean;
  usedAt: number;
}

/**
 * Processes that no two callers share, started on demand and kept for five minutes of idleness. A process that was taken serves one request at a time,
 * so what the server asks in the middle of it can only concern that request.
 */
export class CallerPeers {
  readonly #options: CallerPeersOptions;
  readonly #kept = new Set<Kept>();
  readonly #sweep: NodeJS.Timeout;
  #over = false;

  constructor(options: CallerPeersOptions) {
    this.#options = options;
    this.#sweep = setInterval(() => this.#endIdle(), sweepMs).unref();
  }

  get size(): number {
    return this.#kept.size;
  }

  get busy(): number {
    return [...this.#kept].filter(({ taken }) => taken).length;
  }

  /**
   * @returns undefined when there is no room.
   * @throws Error with a reason for people when the server cannot be started.
   */
  async take(caller: string, capabilities: Params = {}): Promise<CallerPeer | undefined> {
    const key = `${caller} ${JSON.stringify(capabilities)}`;
    const idle = [...this.#kept]
      .filter((kept) => kept.key === key && !kept.taken && !kept.peer.process.over)
      .toSorted((a, b) => b.usedAt - a.usedAt)[0];
    const kept = idle ?? this.#start(key, capabilities);
    if (!kept) return undefined;
    kept.taken = true;
    try {
      const { peer, facts } = await kept.met;
      return {
        peer,
        facts,
        release: () => {
          kept.taken = false;
          kept.usedAt = performance.now();
        },
      };
    } catch (error) {
      this.#kept.delete(kept);
      throw error;
    }
  }

  async closeAll(): Promise<void> {
    this.#over = true;
    clearInterval(this.#sweep);
    await Promise.all([...this.#kept].map(({ peer }) => peer.process.stop()));
  }

  #start(key: string, capabilities: Params): Kept | undefined {
    if (this.#over || (this.#kept.size >= Math.max(1, this.#options.room()) && !this.#endOldest())) return undefined;
    const { start, proven, version, hang, startMs } = this.#options;
    const peer = new Peer(proven() ?? start());
    const late = setTimeout(
      () => peer.process.kill(`did not answer the handshake within ${Math.round(startMs / 1_000)} s`),
      startMs,
    ).unref();
    const met = peer.handshake(version, capabilities).then(
      (facts) => {
        clearTimeout(late);
        watchForHang(peer.process, { timing: hang, waitingMs: () => peer.waitingMs });
        return { peer, facts };
      },
      async (error: unknown) => {
        clearTimeout(late);
        await peer.process.stop(1_000);
        throw error;
      },
    );
    const kept: Kept = { key, met, peer, taken: true, usedAt: performance.now() };
    this.#kept.add(kept);
    void peer.process.ended.then(() => this.#kept.delete(kept));
    return kept;
  }

  #endOldest(): boolean {
    const [oldest] = [...this.#kept].filter(({ taken }) => !taken).toSorted((a, b) => a.usedAt - b.usedAt);
    if (!oldest) return false;
    this.#kept.delete(oldest);
    void oldest.peer.process.stop();
    return true;
  }

  #endIdle(): void {
    const now = performance.now();
    for (const kept of this.#kept) {
      if (kept.taken || now - kept.usedAt < idleMs) continue;
      this.#kept.delete(kept);
      void kept.peer.process.stop();
    }
  }
}
