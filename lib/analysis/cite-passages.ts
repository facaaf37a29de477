import type { Json } from './json.ts';
import type { Passage, Passages } from './ports.ts';

/** A passage that an answer cites: `[1]` stands for the first. */
export type Source = Omit<Passage, 'text'> & { readonly number: number };

const mostPassages = 3;

/** What a system prompt says of them. */
export const howToCite =
  "passages: excerpts of the team's own documents. Where one of them supports what you write, name it by its number in brackets, such as [1]. Ignore those that do not bear on the matter.";

/** Passages that bear on what is asked, as the prompt gets them: numbered from 1. */
export async function passagesAbout(passages: Passages | undefined, about: string): Promise<readonly Passage[]> {
  // Operators of a search would be read into a configuration's text.
  const words = about.replace(/["*]|(?<=^|\s)-+/g, ' ');
  return passages && /[\p{L}\p{N}]/u.test(words) ? passages(words, mostPassages) : [];
}

export function numbered(passages: readonly Passage[]): Json {
  if (passages.length === 0) return {};
  return { passages: passages.map(({ title, heading, text }, at) => ({ number: at + 1, title, heading, text })) };
}

/** Those that an answer names. */
export function citedIn(answer: unknown, passages: readonly Passage[]): Source[] {
  const named = new Set([...JSON.stringify(answer).matchAll(/\[(\d{1,2})\]/g)].map(([, number]) => Number(number)));
  return passages
    .map(({ passage_id, document_id, title, heading }, at) => ({
      number: at + 1,
      passage_id,
      document_id,
      title,
      heading,
    }))
    .filter(({ number }) => named.has(number));
}
