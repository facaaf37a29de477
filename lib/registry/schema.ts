import * as z from 'zod';
import { Moment, queryFlag } from '../kernel/http/fields.ts';
import { queryInt } from '../kernel/http/page.ts';

/* The read side of the MCP registry API v0.1 (schema 2025-12-11). */

export const officialMeta = 'io.modelcontextprotocol.registry/official';
/** Ours: what this platform knows of a server. */
export const ownMeta = 'io.github.mcp-platform/tool';

export const ListServers = z.object({
  cursor: z.string().min(1).max(400).optional().meta({ description: 'metadata.nextCursor of the page before.' }),
  limit: queryInt(1, 100, 30),
  search: z.string().min(1).max(200).optional().meta({ description: 'Part of the name, without case.' }),
  updated_since: Moment.optional(),
  include_deleted: queryFlag()
    .optional()
    .meta({ description: 'Of no effect here: what was deleted is listed with `updated_since` alone.' }),
  version: z.string().min(1).max(255).optional().meta({ description: '`latest`, or an exact version.' }),
});

export const ListVersions = ListServers.pick({ cursor: true, limit: true });

/** `%2F` may arrive decoded or not, as one part of the path or as two. */
export const ServerName = z.object({ serverName: z.string().min(1).max(400) });
export const SplitServerName = z.object({ serverName: z.string().min(1).max(200), name: z.string().min(1).max(200) });
const version = z.string().min(1).max(255).meta({ description: 'An exact version, or `latest`.' });
export const ServerVersion = ServerName.extend({ version });
export const SplitServerVersion = SplitServerName.extend({ version });

const Instant = z.string().meta({ format: 'date-time' });

export const ServerResponse = z
  .object({
    server: z.looseObject({ $schema: z.string(), name: z.string(), description: z.string(), version: z.string() }),
    _meta: z.object({
      [officialMeta]: z.object({
        status: z.enum(['active', 'deprecated', 'deleted']),
        publishedAt: Instant,
        updatedAt: Instant,
        isLatest: z.boolean(),
      }),
      [ownMeta]: z.looseObject({
        id: z.string(),
        slug: z.string(),
        revision: z.int(),
        origin: z
          .string()
          .optional()
          .meta({ description: 'The name that it came with, in a namespace that nobody has granted to its author.' }),
        analysis: z
          .object({ score: z.number(), is_feasible: z.boolean(), revision: z.int(), analysed_at: Instant })
          .optional()
          .meta({ description: 'The latest feasibility analysis of the tool.' }),
      }),
    }),
  })
  .meta({ id: 'RegistryServer' });
export type ServerResponse = z.output<typeof ServerResponse>;

export const ServerList = z
  .object({
    servers: z.array(ServerResponse),
    metadata: z.object({ nextCursor: z.string().optional(), count: z.int() }),
  })
  .meta({ id: 'RegistryServerList' });
export type ServerList = z.output<typeof ServerList>;
