import type { Caller } from '../../kernel/http/caller.ts';
import { newId } from '../../kernel/ids.ts';
import { submitTask } from '../../tasks/submit-task.ts';
import { type DocumentHead, type DocumentRecord, librarySpace } from '../ports.ts';
import type { CreateDocument, CreatedDocument } from '../schema.ts';
import { prepareContent } from './prepare-content.ts';
import { presentHead } from './present.ts';
import { reserveBytes } from './quota.ts';
import { readSource, type Source } from './read-source.ts';
import { writeVersion } from './write-version.ts';
import type { KnowledgeWriting } from './writing.ts';

/**
 * Adds a document. Text can be found at once; a file's text is read by a task first.
 * @throws Problem `unsupported-media-type`, `validation-error`, `quota-exceeded`.
 */
export async function createDocument(
  services: KnowledgeWriting,
  caller: Caller,
  { title: sentTitle, metadata = {}, ...sent }: CreateDocument,
): Promise<CreatedDocument> {
  const source = readSource(given(sent)) ?? emptySource;
  const id = newId();
  const now = new Date();
  const { documents, embedder } = services;
  const content = source.content ?? '';
  const title = sentTitle ?? source.title ?? 'Untitled';
  const prepared = await prepareContent({ id, version: 1, title, metadata }, { content });
  const document: DocumentRecord = {
    id,
    space: librarySpace,
    ownerId: caller.userId,
    title,
    content,
    metadata,
    mediaType: source.mediaType,
    version: 1,
    language: prepared.language,
    bytes: source.bytes,
    passages: prepared.passages.length,
    indexStatus: source.upload ? 'parsing' : 'pending',
    embeddingStatus: embedder ? 'pending' : 'disabled',
    failure: undefined,
    notes: [],
    digest: source.digest,
    isUntitled: sentTitle === undefined && source.upload !== undefined,
    createdAt: now,
    updatedAt: now,
  };
  await reserveBytes(services, caller.userId, source.bytes);
  const [duplicateOf] = await Promise.all([
    documents.findByDigest(librarySpace, source.digest),
    documents.noteVersion(id, document.version),
  ]);
  await writeVersion(documents, document, prepared.passages, () => documents.insert(document, source.upload));
  const taskId = await requestIndexing(services, document);
  return { ...presentHead(document), task_id: taskId, duplicate_of: duplicateOf === id ? null : (duplicateOf ?? null) };
}

/** Whoever indexes a document goes on until none waits, so one that comes within these milliseconds after another needs no message of its own. */
const sharedWakeMs = 10_000;

/** Sends what a document needs next; @returns the task that reads its file. */
export async function requestIndexing(
  services: Omit<KnowledgeWriting, 'embedder' | 'segments'>,
  document: DocumentHead,
): Promise<string | null> {
  const { id, version, ownerId, space, indexStatus } = document;
  if (indexStatus !== 'parsing') {
    const isWoken = await services.documents.isEarlierPending(document, new Date(Date.now() - sharedWakeMs));
    if (!isWoken) await services.knowledgeQueue.wake(space);
    return null;
  }
  const { task_id } = await submitTask(services, {
    type: 'knowledge-parse',
    queue: 'knowledge-files',
    ownerId,
    input: { document_id: id, version },
    message: 'The file waits to be read.',
  });
  return task_id;
}

const emptySource: Source = { mediaType: 'text/markdown', digest: '', bytes: 0 };

/** Without members that are undefined. */
export function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}
