import * as z from 'zod';

/** A whole number in a query string, without signs, spaces or exponents. */
export function queryNumber(min: number, max: number) {
  return z
    .string()
    .refine((text) => isWithin(text, min, max), `A whole number from ${min} to ${max}`)
    .transform(Number)
    .meta({ asJson: { type: 'integer', minimum: min, maximum: max } });
}

/** The same with what it is when none is named. */
export function queryInt(min: number, max: number, fallback: number) {
  return queryNumber(min, max)
    .default(fallback)
    .meta({ asJson: { type: 'integer', minimum: min, maximum: max, default: fallback } });
}

function isWithin(text: string, min: number, max: number): boolean {
  return /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max;
}

/** `?page=&page_size=` of a list. Out of range is an error, never clamped. */
export const pageQuery = { page: queryInt(1, 1_000_000, 1), page_size: queryInt(1, 100, 20) };

export interface PageRequest {
  readonly page: number;
  readonly page_size: number;
}

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), total: z.int(), page: z.int(), page_size: z.int(), pages: z.int() });
}

/** The rows of a page, for a store. */
export function windowOf({ page, page_size }: PageRequest): { readonly offset: number; readonly limit: number } {
  return { offset: (page - 1) * page_size, limit: page_size };
}

/** The members that every list answers besides its items. */
export function pageFacts({ page, page_size }: PageRequest, total: number) {
  return { total, page, page_size, pages: Math.ceil(total / page_size) };
}
