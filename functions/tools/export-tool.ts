import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { Exported, exportedType, exportedTypes, ExportQuery, exportTool } from '../../lib/tools/export-tool.ts';
import { ToolId } from '../../lib/tools/schema.ts';

export const handler = endpoint({
  route: 'GET /api/v1/mcps/{tool_id}/export',
  summary: 'Write a tool as server.json or as the file of an MCP client',
  permission: 'mcps:read',
  uses: ['mysql', 'settings'],
  params: ToolId,
  query: ExportQuery,
  output: Exported,
  alsoProduces: exportedTypes,
  headers: (_, { query }) => ({ 'content-type': exportedType(query) }),
  run: ({ params, query, caller, services }) => exportTool(services, caller, params.tool_id, query),
});
