/** Answers that cost more than asking for them, kept outside the process. May be empty or away at any time: nothing is lost, readers then pay the full price. */
export interface Cache {
  /**
   * The value that is kept under `key` in `space`, or what `load` makes, kept for `seconds`. Of many who miss at once one loads and the others wait for it.
   * When the space was forgotten while `load` ran, its value is answered but not kept. A value is JSON: what it holds must survive that.
   */
  remember<T>(space: string, key: string, seconds: number, load: () => Promise<T>): Promise<T>;
  /** From when this resolves, nothing that was kept in `space` before is answered. A failure is logged, not thrown: what is kept then lives out its seconds. */
  forget(space: string): Promise<void>;
}
