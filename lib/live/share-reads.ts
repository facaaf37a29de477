import { randomUUID } from 'node:crypto';
import type { LiveLog, LoggedEvent } from './ports.ts';

/** What somebody read so lately is news to the next reader, too. */
const freshMs = 250;
/** A tail that nobody read for so long is begun anew. */
const staleMs = 5000;
const keptEvents = 1000;
/** Of events, as JSON. A large one counts for what it is. */
const keptBytes = 4_000_000;
const batch = 200;

/** The end of the log as this process has read it: the events of the places after `from`, up to `upTo`. */
interface Tail {
  readonly from: number;
  readonly upTo: number;
  readonly events: readonly Sized[];
}
type Sized = LoggedEvent & { readonly bytes: number };

/**
 * The log for many streams of one process: those that follow its end share their reads, so that a hundred listeners cost what one does. Reads without a `reader`, and those of who
 * resumes from further back, go to the log.
 */
export function shareReads(log: LiveLog): LiveLog {
  // One copy for all of them; other processes have others.
  const copy = randomUUID();
  let tail: Tail | undefined;
  let readAt = 0;
  let reading: Promise<void> | undefined;

  const readOn = async ({ from, upTo, events }: Tail): Promise<void> => {
    const next = await log.since(upTo, batch, copy);
    readAt = Date.now();
    const sized = next.events.map((logged) => ({ ...logged, bytes: JSON.stringify(logged.event).length }));
    tail = shortened({ from, upTo: next.upTo, events: [...events, ...sized] });
  };
  const refresh = (of: Tail): Promise<void> =>
    (reading ??= readOn(of).finally(() => {
      reading = undefined;
    }));

  return {
    ...log,
    async since(after, limit, reader) {
      if (reader === undefined) return log.since(after, limit);
      if (!tail || (!reading && Date.now() - readAt > staleMs)) {
        tail = { from: after, upTo: after, events: [] };
        readAt = 0;
      }
      if (after >= tail.upTo && (reading || Date.now() - readAt >= freshMs)) await refresh(tail);
      if (after < tail.from || after > tail.upTo) return log.since(after, limit, copy);
      const { events, upTo } = tail;
      const found = events.filter(({ place }) => place > after).slice(0, limit);
      return { events: found, upTo: found.length < limit ? upTo : (found.at(-1)?.place ?? upTo) };
    },
  };
}

/** Without the oldest events where there are too many. */
function shortened({ from, upTo, events }: Tail): Tail {
  let bytes = 0;
  let first = events.length;
  while (first > 0 && events.length - first < keptEvents) {
    bytes += events[first - 1]?.bytes ?? 0;
    if (bytes > keptBytes) break;
    first -= 1;
  }
  return { from: events[first - 1]?.place ?? from, upTo, events: events.slice(first) };
}
