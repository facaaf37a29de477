import { createHash } from 'node:crypto';
import type { ToolChanged } from '../../../events/outbox.ts';
import type { OutboxConsumer } from '../../outbox/ports.ts';
import { prepareContent } from '../documents/prepare-content.ts';
import { removeDocument } from '../documents/delete-document.ts';
import type { SegmentStore } from '../index/ports.ts';
import type { DocumentRecord, DocumentStore, KnowledgeQueue } from '../ports.ts';
import type { VectorStore } from '../vectors/ports.ts';
import { describeTool } from './describe-tool.ts';

/** The space of the registry's tools. */
const toolSpace = 'tools';

interface Services {
  readonly documents: DocumentStore;
  readonly segments: SegmentStore;
  readonly vectors: VectorStore;
  readonly knowledgeQueue: KnowledgeQueue;
}

/** Keeps what tools say of themselves searchable. Keyed by tool and revision: an older change never takes the place of a newer one. */
export function knowledgeFollower(services: Services): OutboxConsumer {
  return async (entries) => {
    const changes = entries.map(({ message }) => message).filter(isToolChange);
    for (const change of changes) await follow(services, change);
    if (changes.length > 0) await services.knowledgeQueue.wake(toolSpace);
  };
}

async function follow(services: Services, change: ToolChanged): Promise<void> {
  const { documents, segments } = services;
  const { tool_id: id, revision } = change;
  const [before] = await documents.heads([id]);
  if (change.change_type === 'delete') {
    if (before && (await documents.markDeleted(id))) await removeDocument(services, before);
    return;
  }
  if (before && before.version >= revision) return;
  const document = await documentOf(change);
  const { passages } = await prepareContent(document, document);
  const whole = { ...document, passages: passages.length };
  await documents.insertPassages(toolSpace, passages);
  if (!before) return documents.insert(whole);
  const { id: _id, space: _space, ownerId: _owner, createdAt: _created, ...changed } = whole;
  if (await documents.change(id, before.version, changed))
    await segments.markStale(toolSpace, [{ id, version: before.version }]);
}

async function documentOf({
  tool_id,
  revision,
  slug,
  changed_by,
  changed_at,
  snapshot,
}: ToolChanged): Promise<DocumentRecord> {
  const content = describeTool(snapshot);
  const at = new Date(changed_at);
  return {
    id: tool_id,
    space: toolSpace,
    ownerId: changed_by,
    title: `${snapshot.name} (${slug})`.slice(0, 500).toWellFormed(),
    content,
    metadata: { slug, name: snapshot.name, status: snapshot.status, language: 'en' },
    mediaType: 'text/markdown',
    version: revision,
    language: 'en',
    bytes: 0,
    passages: 0,
    indexStatus: 'pending',
    embeddingStatus: 'disabled',
    failure: undefined,
    notes: [],
    digest: createHash('sha256').update(content).digest('base64url'),
    createdAt: at,
    updatedAt: new Date(),
  };
}

function isToolChange(message: { readonly kind: string }): message is ToolChanged {
  return message.kind === 'tool-changed';
}
