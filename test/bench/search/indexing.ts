import { loadUse } from '../../../infra/discover-uses.ts';
import { createIndexesAt } from '../../../lib/adapters/mongo/create-indexes.ts';
import { newId } from '../../../lib/kernel/ids.ts';
import { prepareContent } from '../../../lib/knowledge/documents/prepare-content.ts';
import { writeVersion } from '../../../lib/knowledge/documents/write-version.ts';
import { indexPending } from '../../../lib/knowledge/index/index-pending.ts';
import { librarySpace } from '../../../lib/knowledge/ports.ts';
import { createRuntime } from '../../../lib/services.ts';
import { describeNothing } from '../../faults/crash-trial.ts';
import type { Text } from './collections.ts';

/** Milliseconds of CPU a passage that the index takes, with MongoDB's stand-in, which runs in this process: from documents that wait in the store to their merged segments. */
export async function indexingCpu(mongodb: string, texts: Iterable<Text>): Promise<number> {
  await createIndexesAt(mongodb);
  const env = { MONGODB_URI: mongodb };
  const runtime = createRuntime({ env, load: loadUse, apiDescription: describeNothing, write: () => undefined });
  const services = { ...(await runtime.services(['mongo'])), knowledgeQueue: { wake: async () => undefined } };
  const { documents } = services;
  let passages = 0;
  for (const { title, text: content } of texts) {
    const head = { id: newId(), version: 1, title, metadata: {} };
    const prepared = await prepareContent(head, { content });
    const now = new Date();
    passages += prepared.passages.length;
    await writeVersion(documents, head, prepared.passages, () =>
      documents.insert({
        ...head,
        content,
        space: librarySpace,
        ownerId: newId(),
        mediaType: 'text/markdown',
        language: prepared.language,
        bytes: content.length,
        passages: prepared.passages.length,
        indexStatus: 'pending',
        embeddingStatus: 'disabled',
        failure: undefined,
        notes: [],
        digest: head.id,
        createdAt: now,
        updatedAt: now,
      }),
    );
  }
  const before = process.cpuUsage();
  while ((await documents.pending(librarySpace, 1, 'longest')).length > 0) await indexPending(services, librarySpace);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / passages;
}
