import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { createDocument } from '../../lib/knowledge/documents/create-document.ts';
import { CreateDocument, CreatedDocument } from '../../lib/knowledge/schema.ts';

export const handler = endpoint({
  route: 'POST /api/v1/knowledge/documents',
  summary: 'Add a document, as text or as a file (Markdown, HTML, PDF, plain text)',
  permission: 'knowledge:create',
  limit: perMinute(60),
  uses: ['mongo', 'queues', 'secrets', 'quotas', 'embeddings'],
  memoryMb: 1024,
  body: CreateDocument,
  bodyAs: 'multipart',
  output: CreatedDocument,
  status: 201,
  problems: ['quota-exceeded'],
  headers: ({ document_id }) => ({ location: `/api/v1/knowledge/documents/${document_id}` }),
  run: ({ body, caller, services }) => createDocument(services, caller, body),
});
