import type { ParsedText } from '../parse/read-html.ts';
import { splitPassages } from '../parse/split-passages.ts';
import type { DocumentHead, Metadata, PassageRecord } from '../ports.ts';
import { detectLanguage } from '../text/detect-language.ts';

/** What a content becomes for one version of its document. */
export interface PreparedContent {
  readonly passages: readonly PassageRecord[];
  readonly language: string;
}

export async function prepareContent(
  { id, version, title, metadata }: Pick<DocumentHead, 'id' | 'version' | 'title' | 'metadata'>,
  { content, pages = [] }: Pick<ParsedText, 'content' | 'pages'>,
): Promise<PreparedContent> {
  const language = languageIn(metadata) ?? (await detectLanguage(content));
  const passages = splitPassages(content).map((passage, ordinal) => ({
    ...passage,
    id: `${id}.${version}.${ordinal}`,
    documentId: id,
    version,
    ordinal,
    page: pageAt(pages, passage.start),
    title,
    language,
  }));
  return { passages, language };
}

/** The passages of a version whose text stays as it is, for the next one. */
export async function carryOver(
  {
    id,
    version,
    title,
    metadata,
    language: former,
  }: Pick<DocumentHead, 'id' | 'version' | 'title' | 'metadata' | 'language'>,
  passages: readonly PassageRecord[],
): Promise<PreparedContent> {
  const language = languageIn(metadata) ?? former;
  const own = { version, title, language };
  return { passages: passages.map((one) => ({ ...one, ...own, id: `${id}.${version}.${one.ordinal}` })), language };
}

/** What the owner says of the language wins over any guess. */
function languageIn({ language }: Metadata): string | undefined {
  return typeof language === 'string' ? language.slice(0, 2).toLowerCase() : undefined;
}

function pageAt(pages: readonly number[], start: number): number | undefined {
  const page = pages.findLastIndex((begin) => begin <= start);
  return page === -1 ? undefined : page + 1;
}
