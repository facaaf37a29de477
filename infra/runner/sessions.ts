import { Session, type SessionOptions } from './session.ts';

const MOST = 20;
const IDLE_MS = 30 * 60_000;
const SWEEP_MS = 60_000;

export interface SessionsOptions extends Pick<SessionOptions, 'hang' | 'startMs'> {
  readonly start: () => SessionOptions['start'];
  /** How many processes of this server the memory has room for. Never more than 20 are run. */
  readonly room: () => number;
  /** A session's process ended though nobody asked for it. */
  readonly onCrash: (how: string) => void;
  readonly idleMs?: number;
}

/** The sessions of this replica. One that was idle for half an hour is ended; the longest idle one sooner, when room is needed. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #asked = new WeakSet<Session>();
  readonly #ending = new Set<Promise<void>>();
  readonly #sweep: NodeJS.Timeout;

  constructor(options: SessionsOptions) {
    this.#options = options;
    const { idleMs = IDLE_MS } = options;
    this.#sweep = setInterval(() => this.#endIdle(idleMs), Math.min(SWEEP_MS, idleMs)).unref();
  }

  get size(): number {
    return this.#sessions.size;
  }

  get busy(): boolean {
    return [...this.#sessions.values()].some(({ busy }) => busy);
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** Starts a session. Undefined when there is no room and every session works. */
  open(): Session | undefined {
    if (this.size >= Math.max(1, Math.min(MOST, this.#options.room())) && !this.#endLongestIdle()) return undefined;
    const session: Session = new Session({
      ...this.#options,
      start: this.#options.start(),
      onEnd: (how) => {
        this.#sessions.delete(session.id);
        if (!this.#asked.has(session)) this.#options.onCrash(how);
      },
    });
    this.#sessions.set(session.id, session);
    return session;
  }

  /** From now on nobody finds it; its process is given its time to end. */
  close(session: Session): Promise<void> {
    this.#asked.add(session);
    this.#sessions.delete(session.id);
    const ending = session.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    return ending;
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

  #endLongestIdle(): boolean {
    const idle = [...this.#sessions.values()].filter(({ busy }) => !busy).toSorted((a, b) => a.usedAt - b.usedAt)[0];
    if (idle === undefined) return false;
    void this.close(idle);
    return true;
  }
}
