export interface Mutant {
  /** The promise that it breaks. */
  readonly promise: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** One of them has to fail. */
  readonly tests: readonly string[];
}

type Change = readonly [promise: string, find: string, replace: string];

/** The mutants of one file that the same tests have to notice. */
export function of(file: string, tests: readonly string[], ...changes: readonly Change[]): Mutant[] {
  return changes.map(([promise, find, replace]) => ({ promise, file, find, replace, tests }));
}
