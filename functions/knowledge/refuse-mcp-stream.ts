import * as z from 'zod';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { refuseStream } from '../../lib/knowledge/mcp/refuse-stream.ts';
import { serverPath } from '../../lib/mcp/resource-metadata.ts';

export const handler = endpoint({
  route: 'GET /mcp/knowledge/v1',
  summary: 'Tell a client that the knowledge base sends no messages of its own (405)',
  permission: 'knowledge:read',
  protects: serverPath,
  output: z.null(),
  problems: ['method-not-allowed'],
  run: () => refuseStream(),
});
