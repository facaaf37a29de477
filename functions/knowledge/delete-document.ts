import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { deleteDocument } from '../../lib/knowledge/documents/delete-document.ts';
import { DeletedDocument, DocumentId } from '../../lib/knowledge/schema.ts';

export const handler = endpoint({
  route: 'DELETE /api/v1/knowledge/documents/{doc_id}',
  summary: 'Delete a document; no search finds it any more',
  permission: 'knowledge:delete',
  uses: ['mongo'],
  params: DocumentId,
  output: DeletedDocument,
  run: ({ params, caller, services }) => deleteDocument(services, caller, params.doc_id),
});
