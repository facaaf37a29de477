/** Where a client is to sign in: all that it is given. */
interface At {
  readonly slug: string;
  readonly url: string;
}

/** A client that signs in by OAuth. */
export interface SigningClient {
  readonly name: string;
  readonly packages: readonly string[];
  /** Its configuration. */
  readonly files: (at: At) => Readonly<Record<string, string>>;
  readonly signIn: (at: At) => string;
  /** undefined where only its model makes it connect. */
  readonly list?: (at: At) => string;
  readonly listed?: RegExp;
  /** Calls the tool `echo` with `hello`. */
  readonly call?: (at: At) => string;
  /** Instead: lets its model, which stands at `modelUrl`, call it. */
  readonly ask?: (slug: string, modelUrl: string) => string;
}
