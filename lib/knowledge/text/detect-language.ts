import { byIso3 } from './languages.ts';

/** Shorter texts are guessed wrongly too often; a base about software is mostly English. */
const leastLetters = 80;
/** Characters: more of them make the guess hardly better. */
const sample = 1000;

/** Words of every English text and of hardly any other; the trigrams take a hundred times as long. */
const english = /\b(?:the|and|that|this|with|from|which)\b/giu;
/** Fewer may be a name; in a hundred letters English prose has two and more, with code in it one. */
const [leastEnglish, leastEnglishShare] = [3, 0.007];

/** Scripts that decide by themselves. */
const scripts: readonly (readonly [script: RegExp, code: string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja'],
  [/\p{Script=Han}/gu, 'zh'],
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Thai}/gu, 'th'],
  [/\p{Script=Greek}/gu, 'el'],
];

/** The ISO 639-1 code of a document's language, as good as it can be guessed: script first, then the little words of English, then frequent trigrams. */
export async function detectLanguage(text: string): Promise<string> {
  const head = text.slice(0, sample);
  const letters = head.match(/\p{L}/gu)?.length ?? 0;
  for (const [script, code] of scripts) if ((head.match(script)?.length ?? 0) > letters * 0.2) return code;
  const words = head.match(english)?.length ?? 0;
  if (letters < leastLetters || words >= Math.max(leastEnglish, letters * leastEnglishShare)) return 'en';
  const { franc } = await import('franc-min');
  return byIso3.get(franc(head, { only: [...byIso3.keys()] })) ?? 'en';
}
