import { Worker } from 'node:worker_threads';

/** What a store's server answers when it listens. */
export interface Listening {
  url: string;
  port: number;
}

export interface ThreadServer extends Listening {
  /** Resolves when the thread has ended, for whatever reason, with a line that says how. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

/** What the thread reports; see serve-in-thread.ts. */
export type ThreadMessage =
  | { type: 'listening'; url: string; port: number }
  | { type: 'failed'; message: string; code?: string };

export const stopMs = 10_000;

/**
 * Runs `await <exportName>(options)` of a module in a thread of its own, so that a busy store does not hold up the
 * event loop of the platform. The function answers `{url, port, stop()}`; options must be cloneable.
 * A start that fails rejects with the thread's error (its `code` included).
 */
export async function startInThread(module: URL, exportName: string, options: object): Promise<ThreadServer> {
  const worker = new Worker(new URL('./serve-in-thread.ts', import.meta.url), {
    workerData: { module: module.href, exportName, options },
    // Set for this program by its launcher, which threads do not pass through.
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let crash: Error | undefined;
  worker.on('error', (error: Error) => (crash = error));
  const ended = new Promise<string>((resolve) => {
    worker.once('exit', (code) =>
      resolve(crash === undefined ? `ended with status ${code}` : `ended: ${crash.message}`),
    );
  });
  const message = await Promise.race([
    new Promise<ThreadMessage>((resolve) => worker.once('message', resolve)),
    ended.then((how): ThreadMessage => ({ type: 'failed', message: how })),
  ]);
  if (message.type === 'failed') {
    await worker.terminate();
    throw Object.assign(new Error(message.message), message.code === undefined ? {} : { code: message.code });
  }
  return {
    url: message.url,
    port: message.port,
    ended,
    stop: async () => {
      worker.postMessage('stop', []);
      const timer = setTimeout(() => void worker.terminate(), stopMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
