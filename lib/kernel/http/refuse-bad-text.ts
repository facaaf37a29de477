import { type FieldError, invalid, pointer } from '../errors/problem.ts';

/** A place in a value, as a list from the innermost part outwards. */
type Place = { readonly part: string | number; readonly within: Place } | undefined;

const maxErrors = 100;

/**
 * Refuses text that no store keeps as it is: half a surrogate pair, and NUL.
 * @throws Problem `validation-error` that names the first hundred places.
 */
export function refuseBadText(where: 'body' | 'query' | 'path', value: unknown): void {
  const errors: FieldError[] = [];
  const pending: [value: unknown, place: Place][] = [[value, undefined]];
  for (let next = pending.pop(); next !== undefined && errors.length < maxErrors; next = pending.pop()) {
    const [current, place] = next;
    if (typeof current === 'string') {
      const msg = faultOf(current);
      if (msg !== undefined) errors.push(errorAt(where, place, msg));
    } else if (typeof current === 'object' && current !== null) {
      for (const [name, member] of Object.entries(current)) {
        const within = { part: Array.isArray(current) ? Number(name) : name, within: place };
        const msg = faultOf(name);
        if (msg === undefined) pending.push([member, within]);
        else errors.push(errorAt(where, within, msg));
      }
    }
  }
  if (errors.length > 0) throw invalid(errors);
}

function faultOf(text: string): string | undefined {
  if (!text.isWellFormed()) return 'The text is not well-formed Unicode: it holds half a surrogate pair.';
  return text.includes('\0') ? 'The text holds the character NUL.' : undefined;
}

function errorAt(where: string, place: Place, msg: string): FieldError {
  const path: (string | number)[] = [];
  for (let at = place; at !== undefined; at = at.within) path.unshift(at.part);
  return { loc: [where, ...path], pointer: pointer(path), msg, type: 'malformed_text' };
}
