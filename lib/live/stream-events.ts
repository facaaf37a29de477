import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Caller } from '../kernel/http/caller.ts';
import { Id } from '../kernel/ids.ts';
import type { Authenticator } from '../kernel/lambda/runtime.ts';
import type { StreamedAnswer } from '../kernel/lambda/declaration.ts';
import type { Quotas } from '../quotas/quotas.ts';
import { mayHear, wireForm } from './audience.ts';
import { enterStream } from './enter-within-quota.ts';
import { isUnchanged } from './disconnect.ts';
import type { LiveLog, LoggedEvent } from './ports.ts';

export const StreamEvents = z.object({
  task_id: Id.optional().meta({ description: 'Only events of this task.' }),
});

const pollMs = 1000;
const commentMs = 15_000;
/** A stream outlives the session that opened it by no more than this. */
const recheckMs = 3000;
/** And no more than this a stream that took its place. */
const replacedMs = 6000;
const endMs = 300_000;
const batch = 200;

export interface StreamRequest {
  readonly taskId: string | undefined;
  /** The Last-Event-ID header. */
  readonly lastEventId: string | undefined;
  readonly signal: AbortSignal;
}

interface StreamServices {
  readonly liveLog: LiveLog;
  readonly authenticator: Authenticator;
  readonly quotas: Quotas;
}

/** @throws Problem `rate-limit-exceeded` for one stream too many. */
export async function openEventStream(
  services: StreamServices,
  caller: Caller,
  request: StreamRequest,
): Promise<StreamedAnswer> {
  const { leave, isEntered } = await enterStream(services.quotas, caller, endMs, {
    resumes: request.lastEventId !== undefined,
  });
  const body = leaving(streamEvents(services, caller, request, isEntered), leave);
  return { status: 200, headers: { 'x-accel-buffering': 'no' }, body };
}

async function* leaving(events: AsyncGenerator<string>, leave: () => Promise<void>): AsyncGenerator<string> {
  try {
    yield* events;
  } finally {
    await leave();
  }
}

/**
 * Everything that the caller may read, as Server-Sent Events: from now on, or from after Last-Event-ID (24 h back; an older one gets `resync`). A comment every 15 s; ends
 * after 5 minutes, and the client resumes.
 */
async function* streamEvents(
  { liveLog, authenticator }: StreamServices,
  caller: Caller,
  { taskId, lastEventId, signal }: StreamRequest,
  isEntered: () => Promise<boolean>,
): AsyncGenerator<string> {
  const startedAt = Date.now();
  const resumed = lastEventId === undefined ? undefined : await liveLog.find(lastEventId);
  let place = resumed ?? (await liveLog.head());
  yield ': connected\n\n';
  if (lastEventId !== undefined && resumed === undefined) yield 'event: resync\ndata: {"type":"resync"}\n\n';
  let quietSince = startedAt;
  let checkedAt = startedAt;
  let enteredAt = startedAt;
  while (!signal.aborted && Date.now() - startedAt < endMs) {
    if (Date.now() - checkedAt >= recheckMs) {
      if (!(await isUnchanged({ authenticator }, caller))) return;
      checkedAt = Date.now();
    }
    if (Date.now() - enteredAt >= replacedMs) {
      if (!(await isEntered())) return;
      enteredAt = Date.now();
    }
    const { events, upTo } = await liveLog.since(place, batch, caller.userId);
    place = upTo;
    for (const logged of events) {
      if (!mayHear(caller, logged.event) || (taskId !== undefined && logged.event.data['task_id'] !== taskId)) continue;
      quietSince = Date.now();
      yield frameOf(logged);
    }
    if (Date.now() - quietSince >= commentMs) {
      quietSince = Date.now();
      yield ': still here\n\n';
    }
    if (events.length < batch) await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Streams that share what they read share its text. */
const frames = new WeakMap<LoggedEvent, string>();

function frameOf(logged: LoggedEvent): string {
  const frame = frames.get(logged) ?? writeFrame(logged);
  frames.set(logged, frame);
  return frame;
}

function writeFrame(logged: LoggedEvent): string {
  return `id: ${logged.id}\nevent: ${logged.event.type}\ndata: ${JSON.stringify(wireForm(logged))}\n\n`;
}
