import * as z from 'zod';
import { querySwitch } from '../kernel/http/fields.ts';

export const ServerSlug = z.object({ slug: z.string().min(1).max(255).meta({ example: 'acme-weather' }) });

/** Clients keep whatever stands in the URL that a person pasted. */
export const AnyQuery = z.looseObject({});

/** A slug that may be one; nobody is told whether it is. */
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
