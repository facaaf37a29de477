import { type Mutant, of } from './mutant.ts';

/* What the knowledge base promises: what is gone is not shown, scores are BM25F's and bounded, nothing is left by a process that died. */

const documents = ['test/functions/knowledge/documents.integration.test.ts'];
const queries = ['test/functions/knowledge/queries.integration.test.ts'];
const semantic = ['test/functions/knowledge/semantic.integration.test.ts'];
const judgements = ['test/functions/knowledge/judgements.integration.test.ts'];
const segments = ['test/lib/knowledge/segments.property.test.ts'];
const writing = ['test/lib/knowledge/writing.integration.test.ts'];
const waiting = ['test/lib/knowledge/index-pending.integration.test.ts'];
const hostile = ['test/lib/knowledge/hostile.test.ts'];

export const knowledgeMutants: readonly Mutant[] = [
  // What is gone
  ...of(
    'lib/knowledge/search/collect-hits.ts',
    ['test/lib/knowledge/collect-hits.test.ts'],
    ['a hit is shown at the present version of its document', '|| document.version !== key.version', ''],
    ['a hit is of the space that was asked', '|| document.space !== space', ''],
  ),
  ...of('lib/adapters/mongo/knowledge-documents.ts', writing, [
    'a deleted document is nowhere',
    'const alive = { deleted_at: { $exists: false } } as const;',
    'const alive = {} as { readonly deleted_at?: { $exists: false } };',
  ]),
  ...of('lib/adapters/mongo/knowledge-documents.ts', writing, [
    'of two that wait for each other one wakes the index',
    '{ $gt: since, $lt: updatedAt }',
    '{ $gt: since }',
  ]),
  // Scores
  ...of(
    'lib/knowledge/search/score.ts',
    segments,
    ['frequencies saturate', '/ (frequency + held +', '/ (1 + held +'],
    ['longer passages are held back', '(k1 * b) / average', '(k1 * b) / (average + 1)'],
    ['rare words weigh more', '(count + 0.5)', '(count + 1)'],
  ),
  ...of(
    'lib/knowledge/search/score.ts',
    ['test/lib/knowledge/expansion.test.ts'],
    ['what only the expansion finds is no match', 'before < least ||', ''],
  ),
  ...of(
    'lib/knowledge/index/open-index.ts',
    segments,
    ['stale versions are not counted', 'livePassages -= 1;', ''],
    ['stale versions are not scored', 'if (dead[passage] === 1) continue;', ''],
  ),
  ...of(
    'lib/knowledge/index/open-index.ts',
    ['test/lib/knowledge/open-index.test.ts'],
    [
      'an opened index knows no version that became stale later',
      'segments.map(({ id }) => id), stale.length, settings',
      'segments.map(({ id }) => id), settings',
    ],
    ['an opened index is that of another manifest', 'known.get(key) ??', '[...known.values()][0] ??'],
  ),
  ...of('lib/knowledge/index/merge.ts', segments, [
    'a merge keeps the live passages alone',
    '.filter((passage) => dead?.[passage] !== 1)',
    '',
  ]),
  ...of(
    'lib/knowledge/index/merge-where-due.ts',
    segments,
    ['a base has few segments', 'small.length > mostSegments ?', 'small.length > 2 * mostSegments ?'],
    ['small segments are merged', 'passagesBefore >= passages', 'passagesBefore >= 4 * passages'],
  ),
  ...of(
    'lib/knowledge/index/open-index.ts',
    ['test/lib/knowledge/open-index.test.ts'],
    ['a document that is asked for is found without a list', 'if (documentId !== undefined)', 'if (documentId === "")'],
  ),
  ...of(
    'lib/knowledge/tools/keep-document.ts',
    ['test/lib/knowledge/find-tools.integration.test.ts'],
    [
      'what a server offers again is kept while another writes that it was away',
      ' && (await read()).content === content',
      '',
    ],
  ),
  ...of(
    'lib/knowledge/search/fuse.ts',
    ['test/lib/knowledge/fuse.test.ts'],
    ['a rare word of the question goes before meaning', '(holding[number] === 1 ? 0.5 : 0) + score / 2', 'score'],
  ),
  ...of(
    'lib/knowledge/search/search.ts',
    semantic,
    ['scores are at most 1', 'Math.min(1, hit.score * share)', 'hit.score * share * 40'],
    [
      'the least similarity leaves scores alone',
      'if ((scores[number] ?? 0) * share < min_similarity) scores[number] = 0;',
      'scores[number] = Math.max(0, (scores[number] ?? 0) - min_similarity);',
    ],
  ),
  ...of('lib/knowledge/search/rank.ts', queries, [
    'what is corrected is said',
    'if (correction !== undefined) corrected.set(text, correction);',
    '',
  ]),
  ...of('lib/knowledge/judgements/change-settings.ts', judgements, [
    'settings that answer the judged queries worse are refused',
    'if ((after.ndcg_at_10 ?? 0) < (before.ndcg_at_10 ?? 0))',
    'if ((after.ndcg_at_10 ?? 0) < 0)',
  ]),
  // Processes that died
  ...of('lib/knowledge/documents/write-version.ts', writing, [
    'two writers of a version do not mix',
    'while (!(await documents.noteVersion(id, version))) version += 1;',
    'await documents.noteVersion(id, version);',
  ]),
  ...of(
    'lib/adapters/mongo/knowledge-versions.ts',
    writing,
    ['what came of nothing is removed', 'passages.deleteMany({ document_id: id, version })', 'Promise.resolve()'],
    ['vectors of what is gone are removed', 'vectors.deleteMany({ document_id: id, version })', 'Promise.resolve()'],
    ['what is being written is left alone', '.find({ begun_at: { $lt: before } })', '.find({})'],
  ),
  ...of('lib/knowledge/sweep-knowledge.ts', writing, [
    'segments without a name are swept',
    'await segments.removeUnnamed(longAgo)',
    '0',
  ]),
  ...of('lib/adapters/mongo/knowledge-segments.ts', writing, [
    'segments with a name are not swept',
    '.filter((id) => !named.has(id))',
    '',
  ]),
  // Waiting for the index
  ...of(
    'lib/knowledge/index/index-pending.ts',
    waiting,
    [
      'a run whose time is over wakes the next one',
      'if (run.again || (isLate && waiting.length > 0))',
      'if (run.again)',
    ],
    ['passages of the former version are removed', 'await documents.removePassages(id, version);', 'continue;'],
    ['what comes during a merge is seen', 'if (run.again && !isLate) continue;', 'run.again = false;'],
    ['what is left to the next run has a message', 'await knowledgeQueue.wake(space, gatherSeconds);', ';'],
  ),
  // Files
  ...of('lib/adapters/pdfium/limit-memory.ts', hostile, [
    'a PDF has 208 MB',
    'write(limited.subarray(start, at), pages);',
    'write(limited.subarray(start, at), 4 * pages);',
  ]),
  ...of('lib/knowledge/parse/read-html.ts', documents, [
    'what a page hides is not read',
    'skipped.has(name) || isHidden(next)',
    'skipped.has(name)',
  ]),
];
