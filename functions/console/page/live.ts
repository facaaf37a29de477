import { useEffect, useRef, useState } from 'preact/hooks';
import { listen, type LiveState, type LiveUpdate } from '../../../events/client.ts';
import { call } from './session.ts';

/* One event stream for the whole page. */

type Listener = (update: LiveUpdate) => void;

const listeners = new Set<Listener>();
const resyncs = new Set<() => void>();
const states = new Set<(state: LiveState) => void>();
const remembered = 30;
let recent: readonly LiveUpdate[] = [];
let state: LiveState = 'closed';
let ending: AbortController | undefined;

export function startLive(): void {
  ending ??= new AbortController();
  void listen({
    baseUrl: location.origin,
    credential: () => call<{ ticket: string }>('POST', '/api/v1/auth/ticket'),
    onUpdate: (update) => {
      recent = [update, ...recent].slice(0, remembered);
      for (const listener of listeners) listener(update);
    },
    onResync: () => {
      for (const resync of resyncs) resync();
    },
    onState: (next) => {
      state = next;
      for (const listener of states) listener(next);
    },
    signal: ending.signal,
  });
}

export function stopLive(): void {
  ending?.abort();
  ending = undefined;
  recent = [];
}

/** Calls `listener` with each update while the component is there. */
export function useLive(listener: Listener, onResync?: () => void): void {
  const latest = useRef({ listener, onResync });
  latest.current = { listener, onResync };
  useEffect(() => {
    const hear: Listener = (update) => latest.current.listener(update);
    const resync = (): void => latest.current.onResync?.();
    listeners.add(hear);
    resyncs.add(resync);
    return () => {
      listeners.delete(hear);
      resyncs.delete(resync);
    };
  }, []);
}

export function useLiveState(): LiveState {
  const [now, setNow] = useState(state);
  useEffect(() => {
    states.add(setNow);
    setNow(state);
    return () => void states.delete(setNow);
  }, []);
  return now;
}

/** The last updates, newest first. */
export function useRecent(): readonly LiveUpdate[] {
  const [updates, setUpdates] = useState(recent);
  useLive(() => setUpdates(recent));
  return updates;
}
