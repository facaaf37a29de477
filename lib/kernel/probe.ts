/** Asks one store for a sign of life; rejects when there is none. At most `timeoutMs`. */
export interface Probe {
  (timeoutMs: number): Promise<void>;
}
