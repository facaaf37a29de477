import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { timeoutSecondsOf } from '../../../lib/kernel/lambda/timeouts.ts';
import type { DiscoveredFunction } from '../../discover.ts';
import { ownStrayErrors } from './stray-errors.ts';
import type { ResponseStream } from './streaming.ts';

/** The function did not end within its time. */
export class InvocationTimeout extends Error {
  override readonly name = 'InvocationTimeout';
}

type Running = (event: unknown, ...rest: unknown[]) => Promise<unknown>;

export interface Invoker {
  /** Runs a function as Lambda would. @throws what it throws, InvocationTimeout, or StrayError. */
  call(target: DiscoveredFunction, event: unknown): Promise<unknown>;
  /** Runs a streaming function, which writes its answer into `out`. */
  stream(target: DiscoveredFunction, event: unknown, out: ResponseStream): Promise<void>;
  /** Waits until no function runs any more, at most so long. */
  settled(ms: number): Promise<void>;
}

/** Runs functions in this process, each with a Lambda context and under its time limit. */
export function createInvoker(stage: string): Invoker {
  const running = new Set<Promise<unknown>>();

  async function run(target: DiscoveredFunction, event: unknown, ...between: unknown[]): Promise<unknown> {
    const context = new LambdaContext(target, stage);
    // What a handler takes differs by kind; the caller builds the event that fits.
    const handler = target.handler as unknown as Running;
    const { promise: cut, reject: fail } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => fail(new InvocationTimeout(`${target.id} took longer than ${timeoutSecondsOf(target.declaration)} s.`)),
      context.getRemainingTimeInMillis(),
    );
    // A stray error after the answer concerns nobody who waits.
    cut.catch(() => undefined);
    const work = ownStrayErrors({ id: target.id, fail }, () => handler(event, ...between, context));
    running.add(work);
    void work.then(
      () => running.delete(work),
      () => running.delete(work),
    );
    try {
      return await Promise.race([work, cut]);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    call: (target, event) => run(target, event),
    stream: async (target, event, out) => void (await run(target, event, out)),
    settled: async (ms) => {
      if (running.size === 0) return;
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
      await Promise.race([Promise.allSettled(running), deadline]);
      clearTimeout(timer);
    },
  };
}

class LambdaContext implements Context {
  readonly callbackWaitsForEmptyEventLoop = true;
  readonly functionVersion = '$LATEST';
  readonly functionName: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId = randomUUID();
  readonly #deadline: number;

  constructor({ id, declaration }: DiscoveredFunction, stage: string) {
    this.functionName = `mcp-${stage}-${id}`;
    this.memoryLimitInMB = String(declaration.memoryMb ?? 256);
    this.#deadline = performance.now() + timeoutSecondsOf(declaration) * 1000;
  }

  get invokedFunctionArn(): string {
    return `arn:aws:lambda:us-east-1:000000000000:function:${this.functionName}`;
  }

  get logGroupName(): string {
    return `/aws/lambda/${this.functionName}`;
  }

  get logStreamName(): string {
    return `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]local`;
  }

  // Bound, because callers take it off the context, which works on Lambda.
  readonly getRemainingTimeInMillis = (): number => Math.max(0, Math.round(this.#deadline - performance.now()));

  done(): never {
    throw new Error('Node 24 on Lambda knows no callbacks.');
  }

  fail(): never {
    return this.done();
  }

  succeed(): never {
    return this.done();
  }
}
