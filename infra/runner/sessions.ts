import { setTimeout as sleep } from 'node:timers/promises';
import { createLRU } from 'lru.min';
import type { Params } from '../../lib/upstream/json-rpc.ts';
import type { ServerProcess } from './server-process.ts';
import { Session, type SessionOptions } from './session.ts';

const maxSessions = 20;
const maxIdleMs = 30 * 60_000;
const sweepMs = 60_000;
const remembered = 1_000;
const lookMs = 50;
const recentMs = 10_000;

export interface SessionsOptions extends Pick<SessionOptions, 'hang' | 'startMs'> {
  readonly start: () => SessionOptions['start'];
  /** A process that waits for a session, if there is one. */
  readonly proven: () => ServerProcess | undefined;
  /** How many sessions' processes the memory has room for. Never more than 20 are run. */
  readonly room: () => number;
  /** A session's process ended though nobody asked for it. */
  readonly onCrash: (how: string) => void;
  readonly idleMs?: number;
}

/**
 * The sessions of this replica. One that was idle for half an hour is ended; when room is needed, an idle one of the caller who has the most: without
 * an open stream first, then the longest idle.
 */
export class Sessions {
  draining = false;
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #closing = new WeakSet<Session>();
  readonly #ending = new Set<Promise<void>>();
  /** Sessions that are over for good: by their client, or because their server died. What was only idle may come back. */
  readonly #over = createLRU<string, true>({ max: remembered });
  readonly #resuming = new Map<string, Promise<Session | undefined>>();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: SessionsOptions) {
    this.#options = options;
    const { idleMs = maxIdleMs } = options;
    this.#sweep = setInterval(() => this.#endIdle(idleMs), Math.min(sweepMs, idleMs)).unref();
  }

  get size(): number {
    return this.#sessions.size;
  }

  get busy(): boolean {
    return [...this.#sessions.values()].some(({ busy }) => busy);
  }

  get(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || !this.draining || session.busy) return session;
    void this.close(session);
    return undefined;
  }

  /** Starts a session. Undefined when there is no room and every session works. */
  open(caller: string, id?: string): Session | undefined {
    if (this.draining) return undefined;
    const most = Math.max(1, Math.min(maxSessions, this.#options.room()));
    if (this.size >= most && !this.#makeRoom(caller, most)) return undefined;
    const session: Session = new Session({
      ...this.#options,
      ...(id !== undefined && { id }),
      caller,
      start: this.#options.start(),
      proven: this.#options.proven(),
      onEnd: (how) => {
        if (this.#sessions.get(session.id) === session) this.#sessions.delete(session.id);
        if (this.#closing.has(session)) return;
        this.#over.set(session.id, true);
        this.#options.onCrash(how);
      },
    });
    this.#sessions.set(session.id, session);
    return session;
  }

  /**
   * Opens a session anew that another process had, under the id that its client knows; the handshake is done in the client's place.
   * `anew`: also when it was over for good.
   * @returns undefined when the session is over for good, or the server refuses; `full` when there is no room.
   */
  async resume(
    id: string,
    caller: string,
    params: Params,
    { anew = false }: { readonly anew?: boolean } = {},
  ): Promise<Session | 'full' | undefined> {
    if (!anew && this.#over.has(id)) return undefined;
    const known = this.#resuming.get(id);
    if (known) return known;
    const session = this.open(caller, id);
    if (!session) return this.draining ? undefined : 'full';
    const resuming = session
      .resume(params)
      .then((agreed) => (agreed ? session : undefined))
      .finally(() => this.#resuming.delete(id));
    this.#resuming.set(id, resuming);
    return resuming;
  }

  /** Resolves when the session `id` has its handshake behind it. */
  async handshake(id: string): Promise<void> {
    await this.#resuming.get(id);
  }

  /** Ends a session at its client's wish: it does not come back. */
  endForGood(session: Session): Promise<void> {
    this.#over.set(session.id, true);
    return this.close(session);
  }

  /** From now on nobody finds it; its process is given its time to end. */
  close(session: Session): Promise<void> {
    this.#closing.add(session);
    this.#sessions.delete(session.id);
    const ending = session.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    return ending;
  }

  /** Opens nothing more, ends what is idle, and gives what is in flight up to `ms`. */
  async drain(ms: number): Promise<void> {
    this.draining = true;
    const deadline = performance.now() + ms;
    while (performance.now() < deadline) {
      for (const session of this.#sessions.values()) if (!session.busy) void this.close(session);
      if (!this.busy) return;
      await sleep(lookMs);
    }
  }

  async closeAll(): Promise<void> {
    clearInterval(this.#sweep);
    for (const session of this.#sessions.values()) void this.close(session);
    await Promise.all(this.#ending);
  }

  #endIdle(idleMs: number): void {
    const now = performance.now();
    for (const session of this.#sessions.values()) {
      if (!session.busy && now - session.usedAt > idleMs) void this.close(session);
    }
  }

  #makeRoom(caller: string, most: number): boolean {
    const all = [...this.#sessions.values()];
    const count = (of: string): number => all.filter((each) => each.caller === of).length;
    const callers = new Set([...all.map((each) => each.caller), caller]);
    // Who has their share already makes room with what is their own.
    const greedy = count(caller) >= Math.ceil(most / callers.size);
    const now = performance.now();
    // A client that has just called calls again, whether it listens or not.
    const recent = ({ usedAt }: Session): boolean => now - usedAt < recentMs;
    const [idle] = all
      .filter((each) => !each.busy && (!greedy || each.caller === caller))
      .toSorted(
        (a, b) =>
          count(b.caller) - count(a.caller) ||
          Number(recent(a)) - Number(recent(b)) ||
          Number(a.listening) - Number(b.listening) ||
          a.usedAt - b.usedAt,
      );
    if (idle === undefined) return false;
    void this.close(idle);
    return true;
  }
}
