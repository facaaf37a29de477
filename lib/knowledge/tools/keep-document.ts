import { createHash } from 'node:crypto';
import { v5 } from 'uuid';
import { removeDocument } from '../documents/delete-document.ts';
import { prepareContent } from '../documents/prepare-content.ts';
import { claimVersion, writeVersion } from '../documents/write-version.ts';
import type { SegmentStore } from '../index/ports.ts';
import type { DocumentHead, DocumentRecord, DocumentStore, KnowledgeQueue } from '../ports.ts';

/** The space of the registry's tools. */
export const toolSpace = 'tools';

export interface RegistryKnowledge {
  readonly documents: DocumentStore;
  readonly segments: SegmentStore;
  readonly knowledgeQueue: KnowledgeQueue;
}

/** Which tool of the registry a text is about. */
export interface RegistryTool {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly ownerId: string;
}

/** Markdown about a tool; empty when there is none. */
type ToolText = Omit<RegistryTool, 'id'> & { readonly content: string };

/** What is kept beside the tool's own configuration: what its running server offers, and the README of its repository. */
export type TextKind = 'served' | 'readme';

/**
 * Keeps one text about a tool; an empty one takes the former out of every search. The same text again changes nothing.
 * @param read Asked after the text that is kept, again when somebody else has written meanwhile, and once more after writing: what was read earlier never takes the place of what was read later.
 */
export async function keepToolText(
  { documents, segments, knowledgeQueue }: RegistryKnowledge,
  toolId: string,
  kind: TextKind,
  read: () => Promise<ToolText>,
): Promise<void> {
  const id = textId(toolId, kind);
  for (;;) {
    const [before] = await documents.heads([id]);
    const { content, slug, name, ownerId } = await read();
    if (before?.digest === digestOf(content) || (!before && content === '')) return;
    // Above every version that was there before, also when the document was removed in between: the index may still hold those as stale.
    const next = Math.max((before?.version ?? 0) + 1, Math.floor(Date.now() / 1000));
    const version = await claimVersion(documents, id, next);
    const metadata = { tool_id: toolId, slug, name, kind };
    const document = registryDocument({ id, version, metadata, content, ownerId });
    const isWritten = await writeDocument({ documents, segments }, before, document);
    // Whoever has read meanwhile what was kept before has written nothing.
    if (isWritten && (await read()).content === content) break;
  }
  await knowledgeQueue.wake(toolSpace);
}

/** Removes what {@link keepToolText} has kept of a tool. */
export async function removeToolTexts(services: RegistryKnowledge, toolId: string): Promise<void> {
  for (const kind of ['served', 'readme'] as const) {
    const marked = await services.documents.markDeleted(textId(toolId, kind));
    if (marked) await removeDocument(services, marked);
  }
}

/** Writes a noted version under the condition that nobody else did. @returns whether it was written. */
export async function writeDocument(
  { documents, segments }: Pick<RegistryKnowledge, 'documents' | 'segments'>,
  before: DocumentHead | undefined,
  document: DocumentRecord,
): Promise<boolean> {
  const { passages, language } = await prepareContent(document, document);
  const whole = { ...document, language, passages: passages.length };
  const { id, space: _space, ownerId: _owner, createdAt: _created, ...changed } = whole;
  const isWritten = await writeVersion(documents, whole, passages, () =>
    before ? documents.change(id, before.version, changed) : documents.insert(whole),
  );
  if (isWritten && before) await segments.markStale(toolSpace, [{ id, version: before.version }]);
  return isWritten;
}

type Described = Pick<DocumentRecord, 'id' | 'version' | 'metadata' | 'content' | 'ownerId'>;

export function registryDocument(described: Described): DocumentRecord {
  const { name, slug } = described.metadata;
  const now = new Date();
  return {
    ...described,
    space: toolSpace,
    title: `${String(name)} (${String(slug)})`.slice(0, 500).toWellFormed(),
    mediaType: 'text/markdown',
    language: 'en',
    bytes: 0,
    passages: 0,
    indexStatus: 'pending',
    embeddingStatus: 'disabled',
    failure: undefined,
    notes: [],
    digest: digestOf(described.content),
    createdAt: now,
    updatedAt: now,
  };
}

function textId(toolId: string, kind: TextKind): string {
  return v5(kind, toolId);
}

function digestOf(content: string): string {
  return createHash('sha256').update(content).digest('base64url');
}
