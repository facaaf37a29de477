import type { BSONRegExp } from 'bson';
import { mongoError } from './errors.ts';
import { regexOf } from './values.ts';

/** PCRE's extended mode: white space and comments are not part of the pattern. */
function withoutLayout(pattern: string): string {
  return pattern.replaceAll(/(\\[^]|\[(?:\\[^]|[^\]\\])*\])|\s+|#[^\n]*/g, '$1');
}

/** Turns MongoDB's (PCRE) regular expression into JavaScript's; one that JavaScript cannot say is refused, as an invalid one is. */
export function toRegExp(regex: BSONRegExp | RegExp, options = regexOf(regex).options || ''): RegExp {
  let { pattern } = regexOf(regex);
  let flags = options;
  const bad = /[^imsxu]/.exec(flags)?.[0];
  if (bad) throw mongoError(51_108, `invalid flag in regex options: ${bad}`);
  const inline = /^\(\?([imsx]+)\)/.exec(pattern);
  if (inline) {
    pattern = pattern.slice(inline[0].length);
    flags += inline[1] ?? '';
  }
  if (flags.includes('x')) pattern = withoutLayout(pattern);
  pattern = pattern.replaceAll(
    /(\\[^AzZ])|\\A|\\[zZ]/g,
    (text, kept: string | undefined) => kept ?? (text === '\\A' ? '(?<![^])' : '(?![^])'),
  );
  const known = [...new Set(flags)].filter((flag) => 'ims'.includes(flag)).join('');
  for (const unicode of ['u', '']) {
    try {
      return new RegExp(pattern, known + unicode);
    } catch (error) {
      // Unicode mode refuses needless escapes that PCRE takes, so the plain mode has the last word.
      if (unicode === '') throw mongoError(51_091, `Regular expression is invalid: ${(error as Error).message}`);
    }
  }
  throw mongoError(51_091, 'Regular expression is invalid');
}
