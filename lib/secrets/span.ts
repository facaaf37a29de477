/** A part of a text that is a secret: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** What to call it; undefined when the place of the whole text names it. */
  readonly name?: string | undefined;
  /** Its name stands in the text itself, so it goes before the place's. */
  readonly isNamed?: boolean;
}

/**
 * What a text is for. In what starts or reaches a server a name decides alone; in prose (descriptions, schemas) words like "token: optional" are no
 * secrets, so that a name there needs a value that looks like one.
 */
export type Use = 'launch' | 'prose';

export interface Reading {
  /** The variable, header, flag or member that the text is the value of. */
  readonly name: string | undefined;
  readonly use: Use;
  /** How many notations are around it. */
  readonly depth: number;
}

/** Reads a part of a text as a text of its own. */
export type Scan = (text: string, reading: Reading) => Span[];

export function moved(span: Span, by: number): Span {
  return { ...span, start: span.start + by, end: span.end + by };
}
