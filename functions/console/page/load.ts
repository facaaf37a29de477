import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loading<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  readonly reload: () => void;
}

/** Loads when `deps` change, and on `reload`. An answer that was overtaken by a later one is dropped; what is on the screen stays until the next is there. */
export function useLoad<T>(load: () => Promise<T>, deps: readonly unknown[]): Loading<T> {
  const [state, setState] = useState<Omit<Loading<T>, 'reload'>>({ data: undefined, error: undefined, loading: true });
  const latest = useRef(0);
  const run = useCallback(() => {
    const mine = ++latest.current;
    setState((before) => ({ ...before, loading: true }));
    load().then(
      (data) => mine === latest.current && setState({ data, error: undefined, loading: false }),
      (error: unknown) => mine === latest.current && setState({ data: undefined, error, loading: false }),
    );
    // The caller names what it depends on.
  }, deps);
  useEffect(() => {
    run();
    return () => void (latest.current += 1);
  }, [run]);
  return { ...state, reload: run };
}

/** Runs something on a person's click: `busy` while it runs, `error` when it fails. */
export function useAction(): {
  readonly busy: boolean;
  readonly error: unknown;
  readonly run: (work: () => Promise<unknown>) => Promise<void>;
} {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const run = async (work: () => Promise<unknown>): Promise<void> => {
    setState({ busy: true, error: undefined });
    try {
      await work();
      setState({ busy: false, error: undefined });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return { ...state, run };
}
