import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { getDocument } from '../../lib/knowledge/documents/get-document.ts';
import { DocumentId, KnowledgeDocument } from '../../lib/knowledge/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/knowledge/documents/{doc_id}',
  summary: 'Read a document with its content',
  permission: 'knowledge:read',
  uses: ['mongo'],
  params: DocumentId,
  output: KnowledgeDocument,
  run: ({ params, services }) => getDocument(services, params.doc_id),
});
