import * as z from 'zod';

/** The id of an event: a UUIDv7 (RFC 9562) whose last 60 bits are its place in the log, where others have random ones. */
export function eventId(atMs: number, place: number): string {
  const time = atMs.toString(16).padStart(12, '0');
  const number = place.toString(16).padStart(15, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8${number.slice(0, 3)}-${number.slice(3)}`;
}

/** The place that an id names; undefined for what is no id of an event. */
export function placeOfId(id: string): number | undefined {
  if (!z.uuidv7().safeParse(id).success) return undefined;
  const place = Number.parseInt(id.replaceAll('-', '').slice(17), 16);
  return Number.isSafeInteger(place) && place > 0 ? place : undefined;
}
