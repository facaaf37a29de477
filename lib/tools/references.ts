/*
 * `${NAME}` in a configuration stands for a variable or secret that is given when the tool is deployed; `${NAME:-otherwise}` says what it is when none is given.
 */

const reference = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^{}]*))?\}/g;

export interface Reference {
  readonly name: string;
  /** What stands there when nothing is given. */
  readonly otherwise: string | undefined;
}

/** The references in a text, in order. */
export function referencesIn(text: string): Reference[] {
  return [...text.matchAll(reference)].map(([, name = '', otherwise]) => ({ name, otherwise }));
}

/** What begins like a reference and is none, such as `${input:key}` or `${`; undefined when there is nothing of the kind. */
export function brokenReferenceIn(text: string): string | undefined {
  return /\$\{[^}]{0,40}\}?/.exec(text.replace(reference, ''))?.[0];
}

/** The text with every reference replaced. */
export function resolveReferences(text: string, valueOf: (reference: Reference) => string): string {
  return text.replace(reference, (_, name: string, otherwise: string | undefined) => valueOf({ name, otherwise }));
}
