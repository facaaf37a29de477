import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Caller } from '../kernel/http/caller.ts';
import { Id, newId } from '../kernel/ids.ts';
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
const endMs = 300_000;
const keptMs = 24 * 3_600_000;
const batch = 200;

/** An event is written some moments after its place was taken; a reader looks back this far for those that came late. */
const lookBackMs = 5000;

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
  const leave = await enterStream(services.quotas, caller, endMs);
  const body = leaving(streamEvents(services, caller, request), leave);
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
 * Everything that the caller may hear, as Server-Sent Events: from now on, or from after Last-Event-ID (24 h back; an older one gets `resync`). A comment every 15 s; ends
 * after 5 minutes, and the client resumes.
 */
async function* streamEvents(
  { liveLog, authenticator }: StreamServices,
  caller: Caller,
  { taskId, lastEventId, signal }: StreamRequest,
): AsyncGenerator<string> {
  const startedAt = Date.now();
  const resumed = lastEventId === undefined ? undefined : timeOf(lastEventId);
  const known = resumed !== undefined && resumed > startedAt - keptMs;
  yield ': connected\n\n';
  if (lastEventId !== undefined && !known) yield 'event: resync\ndata: {"type":"resync"}\n\n';
  let cursor = known && lastEventId !== undefined ? lastEventId : newId();
  let lookedBack = cursor;
  let quietSince = startedAt;
  let checkedAt = startedAt;
  const delivered = new Map<string, number>();
  while (!signal.aborted && Date.now() - startedAt < endMs) {
    if (Date.now() - checkedAt >= recheckMs) {
      if (!(await isUnchanged({ authenticator }, caller))) return;
      checkedAt = Date.now();
    }
    const found = await liveLog.since(caller, lookedBack, batch);
    for (const logged of found) {
      if (delivered.has(logged.id)) continue;
      delivered.set(logged.id, Date.now());
      if (logged.id > cursor) cursor = logged.id;
      if (!mayHear(caller, logged.event) || (taskId !== undefined && logged.event.data['task_id'] !== taskId)) continue;
      quietSince = Date.now();
      yield frameOf(logged);
    }
    lookedBack = later(lookedBack, found.length === batch ? cursor : idBefore(cursor));
    forget(delivered);
    if (Date.now() - quietSince >= commentMs) {
      quietSince = Date.now();
      yield ': still here\n\n';
    }
    if (found.length < batch) await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

function frameOf(logged: LoggedEvent): string {
  return `id: ${logged.id}\nevent: ${logged.event.type}\ndata: ${JSON.stringify(wireForm(logged))}\n\n`;
}

/** Milliseconds since 1970 of a UUIDv7; undefined for anything else. */
function timeOf(id: string): number | undefined {
  return z.uuidv7().safeParse(id).success ? Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) : undefined;
}

/** The smallest UUIDv7 of a moment `lookBackMs` before that of `id`. */
function idBefore(id: string): string {
  const time = (timeOf(id) ?? 0) - lookBackMs;
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}

function forget(delivered: Map<string, number>): void {
  for (const [id, at] of delivered) if (at < Date.now() - 4 * lookBackMs) delivered.delete(id);
}
