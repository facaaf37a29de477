import * as z from 'zod';

/** What the runner and the platform say to each other; the runner validates with the same schemas as the functions. */

export const RedeemRequest = z
  .object({
    token: z.string().min(1).max(200),
    /** The runner's own: the same one may repeat its redemption for 60 s. */
    nonce: z.string().min(16).max(100),
  })
  .meta({ examples: [{ token: 'mcp_bt_example', nonce: '0123456789abcdef' }] });

/** How the server is started. Values of `env` may be secrets. */
export const ServerLaunch = z.object({
  kind: z.literal('stdio'),
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  cwd: z.string().optional(),
});

/** What a deployment's owner may set about how its server runs. */
export const RunOptions = z.object({
  /** From the start of a process to the end of its handshake. */
  start_timeout_s: z.number().int().min(5).max(600).default(90),
  /** What calls in flight get when a replica ends. Fargate kills after 120 s, whatever is in flight. */
  drain_s: z.number().int().min(0).max(100).default(30),
  /** Whether a session that loses its process is over: servers that keep state in it want that. */
  stateful: z.boolean().default(false),
  /** The protocol revisions that clients may use: with sessions (up to 2025-11-25), without (2026-07-28). */
  eras: z
    .array(z.enum(['2025-11-25', '2026-07-28']))
    .min(1)
    .max(2)
    .default(['2025-11-25', '2026-07-28']),
  /** Who shares a process among requests without a session: everybody, or nobody but the caller. */
  process_per: z.enum(['session', 'caller']).default('session'),
  /** Whether npm packages may run their install scripts. */
  install_scripts: z.boolean().default(false),
});
export type RunOptions = z.output<typeof RunOptions>;

/** A proxy goes by what it read this long ago; who stops waits as long before they say that nothing answers any more. In milliseconds. */
export const servingTargetMs = 500;

/** The `requestState` under which a replica's runner holds a call that waits for its client's input. */
export const heldCallPattern = /^runner-call-(?<replica>[\w-]{1,64})\.[\w-]{36}$/;

export const LaunchDocument = z.object({
  deployment_id: z.string(),
  replica_id: z.string(),
  report_token: z.string().min(1),
  /** What the proxy sends as `X-Runner-Secret`. */
  proxy_secret: z.string().min(16),
  /** Seconds without a call after which the runner stops itself; 0 is never. */
  idle_timeout_s: z.number().int().min(0).default(0),
  server: ServerLaunch,
  options: RunOptions.prefault({}),
  /** npm's settings where packages come from another registry: `npm_config_*` variables. */
  registry: z.record(z.string().regex(/^(npm_config|UV)_\w+$/), z.string()).optional(),
});
export type LaunchDocument = z.output<typeof LaunchDocument>;
export type ServerLaunch = LaunchDocument['server'];

export const RunnerState = z.enum([
  'installing',
  'initializing',
  'ready',
  'restarting',
  'unhealthy',
  'failed',
  'stopped',
]);
export type RunnerState = z.output<typeof RunnerState>;

export const RunnerReport = z
  .object({
    /** Grows with each report of one runner: an older one that arrives late is to be dropped. */
    seq: z.number().int().min(1),
    at: z.iso.datetime(),
    state: RunnerState,
    /** Why the runner ends itself, with state `stopped`. */
    stopped_because: z.enum(['idle', 'asked']).optional(),
    server_info: z.looseObject({ name: z.string().max(255), version: z.string().max(255) }).optional(),
    /** Printable ASCII, as every revision's name is. */
    protocol_version: z
      .string()
      .regex(/^[\x20-\x7e]{0,32}$/)
      .optional(),
    capabilities: z.looseObject({}).optional(),
    tools: z
      .array(
        z.looseObject({
          name: z.string().max(1_024),
          description: z.string().optional(),
          inputSchema: z.looseObject({}),
        }),
      )
      .max(5_000)
      .optional(),
    /** What it offers beside its tools. */
    offers: z
      .object({
        prompts: z.array(z.looseObject({})).max(5_000),
        resources: z.array(z.looseObject({})).max(5_000),
        resourceTemplates: z.array(z.looseObject({})).max(5_000),
      })
      .optional(),
    /** How often the server was started again since the runner began. */
    restarts: z.number().int().min(0),
    last_error: z.object({ reason: z.string().max(2_000), log: z.array(z.string().max(2_000)).max(50) }).optional(),
    /** Resident memory of the runner and of everything it started. */
    memory_mb: z.number().min(0).optional(),
  })
  .meta({
    examples: [{ seq: 1, at: '2026-01-31T09:30:00.000Z', state: 'ready', restarts: 0, memory_mb: 64 }],
  });
export type RunnerReport = z.output<typeof RunnerReport>;

export const ReportAnswer = z.object({
  /** The platform no longer wants this replica. */
  stop: z.boolean().optional(),
});
