import type { Requirements } from './schema.ts';

const stopWords = new Set(
  'a an and are as at be by can data for from get has have i in into is it its list make mcp more my need needs of on or our server servers should so some that the their them this to tool tools use used user users via want we which will with without would you your'.split(
    ' ',
  ),
);
const mostWords = 8;

/** The texts of a list, or of lines, or one text. */
export function linesOf(words: Requirements['capabilities']): string[] {
  const lines = typeof words === 'string' ? words.split(/[\n;•]+|(?:^|\s)[-*]\s/) : (words ?? []);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** The words to search by, those of the name and the capabilities first. */
export function keywordsOf({ tool_name = '', description = '', capabilities }: Requirements): string[] {
  const text = [tool_name, ...linesOf(capabilities), description].join(' ').toLowerCase();
  const words = text.match(/[\p{L}\p{N}]{3,30}/gu) ?? [];
  return [...new Set(words.filter((word) => !stopWords.has(word)))].slice(0, mostWords);
}
