import * as z from 'zod';

/* The types of what clients send, each in one place; ids and page parameters have files of their own. */

const uuidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What names a thing: a UUID in any case, or another name of it, which is taken as it stands. */
export const IdOrName = z
  .string()
  .min(1)
  .max(255)
  .check(z.overwrite((text) => (uuidShape.test(text) ? text.toLowerCase() : text)));

/** A moment that a client names: ISO 8601 with a time zone (`Z` or an offset; RFC 3339 allows small letters). */
export const Moment = z
  .string()
  .max(40)
  .toUpperCase()
  .pipe(z.iso.datetime({ offset: true, error: 'A time with its time zone, such as 2026-01-31T09:30:00Z' }))
  .meta({ format: 'date-time', example: '2026-01-31T09:30:00Z' });

/** Text of 1 to `max` characters that is not blank. */
export function label(max: number) {
  return z.string().min(1).max(max).regex(/\S/, 'The text is blank');
}

/** `true` or `false` in a query. */
export function queryFlag() {
  return z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .meta({ asJson: { type: 'boolean' } });
}

/** The same with what it is when it is not given. */
export function querySwitch(fallback = false) {
  return z
    .enum(['true', 'false'])
    .default(fallback ? 'true' : 'false')
    .transform((text) => text === 'true')
    .meta({ asJson: { type: 'boolean', default: fallback } });
}
