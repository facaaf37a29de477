import { createHmac } from 'node:crypto';
import { v7 } from 'uuid';
import * as z from 'zod';
import { currentCorrelation } from './log/correlation.ts';

/** A UUIDv7 (RFC 9562): sorts by time of creation. Under an Idempotency-Key a repeated run gets the ids of the first again, in the same order. */
export function newId(): string {
  return currentCorrelation()?.ids?.() ?? v7();
}

/** Ids that follow from `seed` (secret, random) and the moment at which it was made, in ms since 1970; at most 4,096 in order. */
export function derivedIds(seed: string, msecs: number): () => string {
  const bytes = (of: string) => createHmac('sha256', seed).update(of).digest();
  const first = bytes('first').readUInt32BE() & 0x7ffff000;
  let made = 0;
  return () => {
    const seq = first + made;
    made += 1;
    return v7({ msecs, seq, random: bytes(String(seq)) });
  };
}

/** A UUID; capitals are taken, as RFC 9562 demands, and written small. */
export const Id = z.uuid().toLowerCase().meta({ description: 'UUID' });

/** ISO 8601 in UTC with `Z`, milliseconds. */
export const Timestamp = z.iso.datetime().meta({ example: '2026-01-31T09:30:00.000Z' });

const requestIdShape = /^[A-Za-z0-9._-]{1,128}$/;

/** The client's `X-Request-Id` when it is harmless (1–128 of `A-Za-z0-9._-`), else a new one. Correlates; what counts has an id of ours. */
export function requestIdFrom(header: string | undefined): string {
  return header !== undefined && requestIdShape.test(header) ? header : newId();
}
