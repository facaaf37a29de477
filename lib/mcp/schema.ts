import * as z from 'zod';
import { querySwitch } from '../kernel/http/fields.ts';

export const ServerSlug = z.object({ slug: z.string().min(1).max(255).meta({ example: 'acme-weather' }) });

/** Clients keep whatever stands in the URL that a person pasted. */
export const AnyQuery = z.looseObject({});

export const AllQuery = z.looseObject({
  mode: z.enum(['all', 'search']).default('all').meta({
    description: 'search: two tools that find and call the others, for clients with a small context.',
  }),
});

/** A slug that may be one; no answer says whether it is. */
export const AnySlug = z.object({
  slug: z
    .string()
    .max(255)
    .regex(/^[a-z0-9-]+$/, 'A slug')
    .meta({ example: 'acme-weather' }),
});

export const ServerTool = ServerSlug.extend({ tool: z.string().min(1).max(1_024).meta({ example: 'echo' }) });

export const CallTool = z.object({
  validate: querySwitch(true).meta({
    description: "Whether the arguments are checked against the tool's schema before the server sees them.",
  }),
  async: querySwitch().meta({ description: "Answers 202 with a task at once; its result is the tool's." }),
});

export const ServedTools = z.object({
  tools: z.array(
    z.looseObject({
      name: z.string(),
      description: z.string().optional(),
      inputSchema: z.record(z.string(), z.unknown()),
    }),
  ),
});

/** A refusal in JSON-RPC's own form, which MCP clients read. */
export const RpcRefusal = z
  .looseObject({
    jsonrpc: z.literal('2.0'),
    id: z.union([z.string(), z.number()]).nullish(),
    error: z.looseObject({ code: z.int(), message: z.string() }),
  })
  .meta({ id: 'RpcRefusal' });

/** Headers of MCP's Streamable HTTP, in both of its revisions. */
export const mcpHeaders = {
  'Mcp-Session-Id': 'The session that the message belongs to, as `initialize` answered it.',
  'Mcp-Protocol-Version': 'The revision that was negotiated.',
  'Mcp-Method': 'The method of the message, from revision 2026-07-28 on.',
  'Mcp-Name': 'The tool, prompt or resource of the message, from revision 2026-07-28 on.',
  'Last-Event-ID': 'Where a stream that broke off goes on.',
};

export const RpcMessage = z.string().meta({
  description: 'A JSON-RPC message of MCP.',
  examples: ['{"jsonrpc":"2.0","id":1,"method":"ping"}'],
});
export const ToolArguments = z
  .string()
  .default('')
  .meta({ description: "The tool's arguments: a JSON object.", examples: ['{"message":"hello"}'] });

/** OAuth 2.0 Protected Resource Metadata (RFC 9728). */
export const ResourceMetadata = z.object({
  resource: z.url(),
  resource_name: z.string(),
  authorization_servers: z.array(z.url()).optional(),
  bearer_methods_supported: z.array(z.string()),
  scopes_supported: z.array(z.string()),
  resource_documentation: z.url(),
});
