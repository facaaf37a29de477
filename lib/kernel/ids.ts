import { v7 } from 'uuid';
import * as z from 'zod';

/** A new UUIDv7 (RFC 9562): sorts by time of creation. */
export function newId(): string {
  return v7();
}

export const Id = z.uuid().meta({ description: 'UUID' });

/** ISO 8601 in UTC with `Z`, milliseconds. */
export const Timestamp = z.iso.datetime().meta({ example: '2026-01-31T09:30:00.000Z' });

const requestIdShape = /^[A-Za-z0-9._-]{8,128}$/;

/** The client's `X-Request-Id` when it is harmless (8–128 of `A-Za-z0-9._-`), else a new one. */
export function requestIdFrom(header: string | undefined): string {
  return header !== undefined && requestIdShape.test(header) ? header : newId();
}
