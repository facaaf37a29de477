import * as z from 'zod';
import { auditActions } from './outbox.ts';

/** A text that fits its column whatever a client or a server put into it. */
const clamped = (most: number) => z.string().transform((text) => text.slice(0, most));
const code = z.string().transform((text) => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 64));
const count = z.number().transform((value) => Math.max(0, Math.min(Math.round(value), Number.MAX_SAFE_INTEGER)));

/** One call of a deployed server. */
const McpCall = z.object({
  /** Made by the platform: a line that is read twice counts once. */
  id: z.uuid(),
  deployment_id: z.uuid(),
  tool_id: z.uuid(),
  slug: z.string(),
  /** The MCP method. */
  method: clamped(64),
  /** Of the server, for `tools/call`. */
  tool: clamped(255).optional(),
  status: z.enum(['ok', 'error']),
  error_code: code.optional(),
  duration_ms: z.number().min(0).max(86_400_000),
  /** Of the arguments and of the answer, as far as they passed. */
  bytes_in: count.default(0),
  bytes_out: count.default(0),
});
export type McpCall = z.output<typeof McpCall>;

/** What the audit log keeps of a request that changed nothing in MySQL. */
const SecurityEvent = z.object({
  action: z.enum(auditActions),
  actor_id: z.uuid().nullable(),
  target: z.object({ type: z.string().max(32), id: z.string().max(64) }),
  details: z.record(z.string(), z.unknown()),
});

/** The one line that each HTTP request ends with, as far as something is folded in from it. Functions add what they learn. */
export const ReportLine = z
  .object({
    timestamp: z.iso.datetime(),
    level: z.enum(['debug', 'info', 'warning', 'error']),
    logger: z.string(),
    message: z.string(),
    /** Ours, and the line's alone: what is counted is counted by it. */
    report_id: z.uuid(),
    /** The client's or ours; several lines may carry one. */
    request_id: z.string(),
    user_id: z.uuid().nullable(),
    source_ip: z.string().max(64).optional(),
    /** There when an API key was used. */
    api_key_id: z.uuid().optional(),
    route: z.string(),
    method: z.string(),
    status: z.int(),
    ms: z.number(),
    cold_start: z.boolean(),
    /** Reads that the cache answered, that it could not, and that were not asked because Redis was away. */
    cache_hits: z.int().optional(),
    cache_misses: z.int().optional(),
    cache_skipped: z.int().optional(),
    /** There when something happened that the audit log keeps and no transaction wrote. */
    audit: SecurityEvent.optional(),
    /** There when a deployed server was called: one entry a call, several for a batch. */
    mcp: z.array(McpCall).max(100).optional(),
  })
  .meta({
    examples: [
      {
        timestamp: '2026-01-31T09:30:00.000Z',
        level: 'info',
        logger: 'list-tools',
        message: 'GET /api/v1/mcps 200',
        report_id: '019c1385-1a40-7000-8000-000000000004',
        request_id: '019c1385-1a40-7000-8000-000000000001',
        user_id: '019c1385-1a40-7000-8000-000000000002',
        api_key_id: '019c1385-1a40-7000-8000-000000000003',
        route: 'GET /api/v1/mcps',
        method: 'GET',
        status: 200,
        ms: 4.2,
        cold_start: false,
      },
    ],
  });
export type ReportLine = z.output<typeof ReportLine>;
