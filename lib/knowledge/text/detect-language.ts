import { byIso3 } from './languages.ts';

/** Shorter texts are guessed wrongly too often; a base about software is mostly English. */
const leastLetters = 80;
/** Characters: more of them make the guess hardly better. */
const sample = 1000;

/** Scripts that decide by themselves. */
const scripts: readonly (readonly [script: RegExp, code: string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja'],
  [/\p{Script=Han}/gu, 'zh'],
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Thai}/gu, 'th'],
  [/\p{Script=Greek}/gu, 'el'],
];

/** The ISO 639-1 code of a document's language, as good as it can be guessed: script first, then frequent trigrams. */
export async function detectLanguage(text: string): Promise<string> {
  const head = text.slice(0, sample);
  const letters = head.match(/\p{L}/gu)?.length ?? 0;
  for (const [script, code] of scripts) if ((head.match(script)?.length ?? 0) > letters * 0.2) return code;
  if (letters < leastLetters) return 'en';
  const { franc } = await import('franc-min');
  return byIso3.get(franc(head, { only: [...byIso3.keys()] })) ?? 'en';
}
