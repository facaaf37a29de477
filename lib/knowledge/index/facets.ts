import { createHash } from 'node:crypto';
import { facetMark } from '../text/analyze.ts';

/** Longer values are compared by their digests. */
const longest = 120;

/** The term under which a passage of a document with `key: value` is found. Strings compare without case. */
export function facetTerm(key: string, value: string | number | boolean): string {
  return `${facetMark}${short(key)}${facetMark}${short(String(value).normalize('NFC').toLowerCase())}`;
}

/** Which document's passages a term stands for; these are looked up in a segment's header. */
export function documentOfTerm(term: string): string | undefined {
  return term.startsWith(documentFacet) ? term.slice(documentFacet.length) : undefined;
}

const documentFacet = facetTerm('document_id', '');

function short(text: string): string {
  if (text.length <= longest) return text;
  return createHash('sha256').update(text).digest('base64url');
}

/** Every facet of a document's metadata: members of lists one by one, members of objects as `key.member`. */
export function facetsOf(metadata: Readonly<Record<string, unknown>>, prefix = ''): string[] {
  return Object.entries(metadata).flatMap(([key, value]) => facetsOfValue(`${prefix}${key}`, value));
}

function facetsOfValue(key: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((member) => facetsOfValue(key, member));
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return [facetTerm(key, value)];
  if (typeof value === 'object' && value !== null) return facetsOf(value as Record<string, unknown>, `${key}.`);
  return [];
}
