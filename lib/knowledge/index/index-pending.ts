import { newId } from '../../kernel/ids.ts';
import { takeTurns } from '../../kernel/take-turns.ts';
import type { DocumentHead, DocumentStore, KnowledgeQueue, PassageRecord } from '../ports.ts';
import { languageOf } from '../text/languages.ts';
import { analyzePassage } from './analyze-passage.ts';
import { buildSegment } from './build-segment.ts';
import { facetsOf } from './facets.ts';
import { mergeWhereDue } from './merge-where-due.ts';
import type { SegmentReader } from './cached-segments.ts';
import type { Manifest, SegmentStore } from './ports.ts';
import { SegmentHeader } from './segment-header.ts';
import { type SegmentPassage } from './segment.ts';

/** A segment is made of at most about this many passages at a time. */
const batchPassages = 1000;
const batchDocuments = 300;
/** Fewer than these wait a second for more to come: a passage in a segment of hundreds costs half of one in a segment of tens, and is merged one time less. */
const fewPassages = 500;
const gatherSeconds = 1;
/** While documents come faster than they are indexed, a run ends all the same: a function has 120 s for this, a merge and the embedding. */
const longestRunMs = 40_000;

export interface IndexServices {
  readonly documents: DocumentStore;
  readonly segments: SegmentStore;
  readonly segmentReader: SegmentReader;
  readonly knowledgeQueue: KnowledgeQueue;
}

interface Run {
  /** Somebody came while it ran. */
  again: boolean;
  done: Promise<number>;
}

/** One run for each space in this process; whoever comes while it runs has it look once more. */
const running = new WeakMap<DocumentStore, Map<string, Run>>();

/**
 * Brings the waiting documents of a space into its index, then merges segments where there are many. Any number of processes may do so at once: a document comes into the
 * index once, because the manifest that names it is swapped under a condition. What still waits at the end has a message on its way.
 * @param longestMs After so long no further batch begins; there is always one.
 * @returns how many documents were indexed.
 */
export function indexPending(services: IndexServices, space: string, longestMs = longestRunMs): Promise<number> {
  const runs = running.get(services.documents) ?? new Map<string, Run>();
  running.set(services.documents, runs);
  const known = runs.get(space);
  if (known) {
    known.again = true;
    return known.done;
  }
  const run: Run = { again: false, done: Promise.resolve(0) };
  const end = (): void => {
    if (runs.get(space) === run) runs.delete(space);
  };
  runs.set(space, run);
  run.done = indexAll(services, space, run, { until: performance.now() + longestMs, end }).finally(end);
  return run.done;
}

/** `end`: whoever comes after its call begins a run of their own. */
async function indexAll(
  services: IndexServices,
  space: string,
  run: Run,
  { until, end }: { readonly until: number; readonly end: () => void },
): Promise<number> {
  const { documents, segments, knowledgeQueue } = services;
  let indexed = 0;
  for (;;) {
    run.again = false;
    const waiting = await documents.pending(space, batchDocuments, 'longest');
    const isLate = performance.now() >= until;
    if (waiting.length > 0 && (indexed === 0 || !(isLate || isFew(waiting)))) {
      indexed += await indexFirst(services, space, waiting, until);
      continue;
    }
    if (waiting.length > 0 && !isLate) await knowledgeQueue.wake(space, gatherSeconds);
    await mergeWhereDue(segments, space);
    // What came during the merge was not seen yet, and its message ends with this run.
    if (run.again && !isLate) continue;
    // A message that is sent from now on must not end with it too.
    end();
    if (run.again || (isLate && waiting.length > 0)) await knowledgeQueue.wake(space);
    return indexed;
  }
}

function isFew(waiting: readonly DocumentHead[]): boolean {
  return waiting.length < batchDocuments && passagesOf(waiting) < fewPassages;
}

/** Indexes those that wait a batch at a time, while there are enough; @returns how many it indexed, one at least. */
async function indexFirst(
  services: IndexServices,
  space: string,
  waiting: readonly DocumentHead[],
  until: number,
): Promise<number> {
  let indexed = 0;
  do {
    const batch = firstBatch(waiting.slice(indexed));
    await addToManifest(services, space, batch, await analyzeDocuments(services.documents, batch));
    await markIndexed(services, space, batch);
    indexed += batch.length;
  } while (performance.now() < until && passagesOf(waiting.slice(indexed)) >= fewPassages);
  return indexed;
}

function firstBatch(waiting: readonly DocumentHead[]): DocumentHead[] {
  let passages = 0;
  const end = waiting.findIndex((document, at) => (passages += document.passages) > batchPassages && at > 0);
  return waiting.slice(0, end === -1 ? waiting.length : end);
}

function passagesOf(documents: readonly DocumentHead[]): number {
  return documents.reduce((sum, { passages }) => sum + passages, 0);
}

/** What the index keeps of documents, by their ids. */
export async function analyzeDocuments(
  documents: Pick<DocumentStore, 'passagesOf'>,
  heads: readonly DocumentHead[],
): Promise<Map<string, SegmentPassage[]>> {
  const passages = Map.groupBy(await documents.passagesOf(heads), ({ documentId }) => documentId);
  const analyzed = new Map<string, SegmentPassage[]>();
  const turn = takeTurns();
  for (const head of heads) analyzed.set(head.id, await analyzePassages(head, passages.get(head.id) ?? [], turn));
  return analyzed;
}

/** What the index keeps of a document's passages. */
export async function analyzePassages(
  document: DocumentHead,
  passages: readonly PassageRecord[],
  turn = takeTurns(),
): Promise<SegmentPassage[]> {
  const { id, version, title, metadata, language, ownerId } = document;
  const facets = facetsOf({ language, ...metadata, owner_id: ownerId, document_id: undefined });
  const stemming = await languageOf(language);
  const analyzed: SegmentPassage[] = [];
  for (const { ordinal, headings, text } of passages) {
    await turn();
    const titles = [title, ...headings];
    analyzed.push(analyzePassage({ documentId: id, version, ordinal, titles, text }, stemming, facets));
  }
  return analyzed;
}

/** Swaps in a manifest with one more segment; documents that another process has brought in meanwhile are left out of it. */
async function addToManifest(
  { segments, segmentReader }: IndexServices,
  space: string,
  batch: readonly DocumentHead[],
  analyzed: ReadonlyMap<string, readonly SegmentPassage[]>,
): Promise<void> {
  for (;;) {
    const manifest = await segments.manifest(space);
    const headers = await segmentReader.headers(manifest.segments.map(({ id }) => id));
    const missing = batch.filter(({ id, version }) => !isIn(headers, id, version));
    await markReplaced(segments, space, manifest, headers, batch);
    const passages = missing.flatMap(({ id }) => analyzed.get(id) ?? []);
    if (passages.length === 0) return;
    const segment = await buildSegment(
      passages,
      missing.map(({ language }) => language),
    );
    const id = newId();
    await segments.write(id, segment);
    const entry = { id, passages: segment.passages, bytes: segment.bytes };
    const forget = manifest.stale.filter(
      (stale) => !isIn([...headers, new SegmentHeader(segment.header)], stale.id, stale.version),
    );
    if (await segments.swap(space, manifest, { segments: [...manifest.segments, entry], forget })) return;
  }
}

export function isIn(headers: readonly SegmentHeader[], id: string, version: number): boolean {
  return headers.some((header) => header.findDocument(id, version) !== -1);
}

/** Whoever changed a document may have died before it marked the former version. */
async function markReplaced(
  segments: SegmentStore,
  space: string,
  { stale }: Manifest,
  headers: readonly SegmentHeader[],
  batch: readonly DocumentHead[],
): Promise<void> {
  const known = new Set(stale.map(({ id, version }) => `${id}.${version}`));
  const replaced = batch.flatMap(({ id, version }) =>
    headers.flatMap((header) => header.versionsBefore(id, version)).map((older) => ({ id, version: older })),
  );
  const unmarked = replaced.filter(({ id, version }) => !known.has(`${id}.${version}`));
  if (unmarked.length > 0) await segments.markStale(space, unmarked);
}

/** A document that was changed or deleted while it was indexed leaves a stale version in the index. */
async function markIndexed(
  { documents, segments }: IndexServices,
  space: string,
  batch: readonly DocumentHead[],
): Promise<void> {
  // Before the mark, after which somebody may note that they write its vectors.
  await documents.endVersions(batch);
  // Before the mark too: nobody comes back to a document that is indexed.
  for (const { id, version } of batch) if (version > 1) await documents.removePassages(id, version);
  const changed = await documents.markIndexed(batch);
  if (changed.length > 0) await segments.markStale(space, changed);
}
