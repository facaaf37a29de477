import { invalid } from '../kernel/errors/problem.ts';

/** Where a page ends: a time, and what is different between things of one time. */
export interface Mark {
  readonly at: Date;
  readonly key: string;
}

export function writeCursor({ at, key }: Mark): string {
  return Buffer.from(`${at.getTime()} ${key}`).toString('base64url');
}

/** @throws Problem `validation-error` for a cursor that is none of ours. */
export function readCursor(cursor: string): Mark {
  const [, time, key] = /^(\d{1,15}) (\S{1,255})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (time === undefined || key === undefined)
    throw invalid([
      { loc: ['query', 'cursor'], pointer: '/cursor', msg: 'Is no cursor of this registry', type: 'cursor' },
    ]);
  return { at: new Date(Number(time)), key };
}
