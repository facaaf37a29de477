import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { listDocuments } from '../../lib/knowledge/documents/get-document.ts';
import { DocumentPage, ListDocuments } from '../../lib/knowledge/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/knowledge/documents',
  summary: 'List the documents, newest first, without their contents',
  permission: 'knowledge:read',
  uses: ['mongo'],
  query: ListDocuments,
  output: DocumentPage,
  run: ({ query, caller, services }) => listDocuments(services, caller, query),
});
