/* Points at which a process kills itself with SIGKILL. The adapters are wrapped in the trial's own composition; the product knows nothing of it. */

type Call = (...args: unknown[]) => unknown;

/** `killAt`: the number of the point to die at; without it the points are only counted. */
export function crashPoints(killAt: number | undefined) {
  const names: string[] = [];

  function point(name: string): void {
    names.push(name);
    if (names.length !== killAt) return;
    process.kill(process.pid, 'SIGKILL');
    // The signal may take a moment; nothing may happen in it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }

  function callback(call: Call, name: string): Call {
    return (...args) => {
      point(`inside ${name}, before`);
      const result = call(...args);
      point(`inside ${name}, after`);
      return result;
    };
  }

  /** Every method of an adapter, with a point before and after it, and around each function that it is handed. */
  function watched<T extends object>(adapter: T, adapterName: string): T {
    return new Proxy(adapter, {
      get: (target, method) => {
        const member: unknown = Reflect.get(target, method);
        if (typeof member !== 'function' || typeof method === 'symbol') return member;
        const name = `${adapterName}.${method}`;
        return async (...args: unknown[]) => {
          point(`before ${name}`);
          const handed = args.map((arg) => (typeof arg === 'function' ? callback(arg as Call, name) : arg));
          const result: unknown = await (member as Call).apply(target, handed);
          point(`after ${name}`);
          return result;
        };
      },
    });
  }

  return { names, watched };
}
