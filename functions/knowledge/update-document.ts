import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { updateDocument } from '../../lib/knowledge/documents/update-document.ts';
import { DocumentId, KnowledgeDocument, UpdateDocument } from '../../lib/knowledge/schema.ts';

export const handler = endpoint({
  route: 'PUT /api/v1/knowledge/documents/{doc_id}',
  summary: 'Change a document; new content is indexed anew',
  permission: 'knowledge:update',
  uses: ['mongo', 'queues', 'secrets', 'quotas', 'embeddings'],
  memoryMb: 1024,
  params: DocumentId,
  body: UpdateDocument,
  bodyAs: 'multipart',
  output: KnowledgeDocument,
  problems: ['conflict', 'quota-exceeded'],
  run: ({ params, body, caller, services }) => updateDocument(services, caller, params.doc_id, body),
});
