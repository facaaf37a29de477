import type { Credentials } from '../guard/verify-signature.ts';

export type ServiceName = 'mysql' | 'mongodb' | 'redis' | 'dynamodb' | 'sqs';

/** A store that the platform on one machine uses: started by it, or somebody's own. */
export interface Service {
  name: ServiceName;
  /** What our code connects to; credentials included where there are any. */
  url: string;
  /** Where it comes from, for people: `mariadbd 10.11.19 from PATH`, `yours: MYSQL_URL`. */
  how: string;
  /** How long the start took. */
  ms: number;
  /** Stops what was started; somebody's own store is left alone. */
  stop(): Promise<void>;
}

export interface StoreOptions {
  /** Where the store keeps its data, log and secrets. */
  state: string;
  /** Where downloaded programs are kept, shared by all states. */
  cache: string;
  env: NodeJS.ProcessEnv;
  /** The preferred port; a taken one moves on to the next free. Default: any free port. */
  port?: number;
  /** Gets in one line what takes long. */
  report?: (line: string) => void;
  /** Gets one line when the store ends without having been asked to. */
  lost?: (line: string) => void;
}

/** For the stand-ins of AWS's services. */
export interface SignedStoreOptions extends StoreOptions {
  /** What callers must sign with. */
  readonly credentials: Credentials;
}

/** A store cannot be had; the message is one line that says what to install or which variable to set. */
export class StoreUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message.replaceAll(/\s*\n\s*/g, ' '), { cause });
  }
}

/** Calls `lost` when the store ends before it is stopped; answers the stop to use instead of the given one. */
export function watch(
  name: ServiceName,
  part: { ended: Promise<string>; stop(): Promise<void> },
  lost: StoreOptions['lost'],
): () => Promise<void> {
  let stopping = false;
  void part.ended.then((how) => (stopping ? undefined : lost?.(`${name} is gone: it ${how}`)));
  return () => {
    stopping = true;
    return part.stop();
  };
}
