/** A place where a rule found something. */
export interface Hit {
  /** JSON Pointer into what was given. */
  readonly path: string;
  /** What is wrong there. Quotes no secret. */
  readonly message: string;
  /** What to do about it here, where that can be said closer than the rule says it. */
  readonly fix?: string;
}
