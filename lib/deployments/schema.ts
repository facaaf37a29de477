import * as z from 'zod';
import { Id, Timestamp } from '../kernel/ids.ts';
import { IdOrName, Moment, querySwitch } from '../kernel/http/fields.ts';
import { pageQuery, queryInt } from '../kernel/http/page.ts';
import { deploymentStatuses, healthStatuses, phases } from './ports.ts';
import { Cpu, fargateSize, Memory } from './resources.ts';
import { RunOptions } from './runner-contract.ts';

const VariableName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'A variable is letters, digits and _');
const Variables = z
  .record(
    VariableName,
    z
      .string()
      .max(32_768)
      .refine((text) => !text.includes('\0'), 'A variable cannot hold NUL'),
  )
  .refine((variables) => Object.keys(variables).length <= 200, 'At most 200 variables');

const Resources = z
  .strictObject({ cpu: Cpu.default(256), memory: Memory.default(512) })
  .transform(({ cpu, memory }, context) => {
    const size = fargateSize(cpu, memory);
    if (size) return size;
    context.addIssue({ code: 'custom', message: 'At most 4 vCPUs and 30 GiB' });
    return z.NEVER;
  });

export const CreateDeployment = z.strictObject({
  tool_id: IdOrName.meta({ description: 'Id or slug of the tool.', example: 'acme-weather' }),
  config: z
    .strictObject({
      environment: z
        .union([Variables, z.string().regex(/^[A-Za-z][\w-]{0,62}$/, 'A name such as production')])
        .default({})
        .meta({ description: 'Variables; or a name, which becomes the variable ENVIRONMENT.' }),
      secrets: Variables.default({}).meta({ description: 'Kept encrypted; never returned.' }),
      access: z.enum(['private', 'team']).default('private'),
      replicas: z.int().min(1).max(10).default(1),
      resources: Resources.default({ cpu: 256, memory: 512 }),
      idle_timeout_s: z.int().min(0).max(604_800).default(0).meta({
        description: 'Seconds without a call after which the server is stopped until the next call; 0 is never.',
      }),
      start_timeout_s: z.int().min(5).max(600).default(90).meta({
        description: 'Seconds that a process of the server may take from its start to the end of the handshake.',
      }),
      drain_s: z.int().min(0).max(100).default(30).meta({
        description:
          'Seconds that calls in flight get when a replica ends: by restart, replacement, idleness or stop. New calls go elsewhere meanwhile.',
      }),
      stateful: z.boolean().default(false).meta({
        description:
          'Whether the server keeps state in a session: one that loses its process is then over (404) and not opened anew under its id.',
      }),
      eras: RunOptions.shape.eras.meta({
        description:
          'Protocol revisions that clients may use: 2025-11-25 (and earlier, with sessions), 2026-07-28 (without).',
      }),
      process_per: z.enum(['session', 'caller']).default('session').meta({
        description:
          'Each session has a process of its own. Requests without a session share one (session), or have one for each caller (caller).',
      }),
      install_scripts: z.boolean().default(false).meta({
        description:
          "Whether npm packages may run install scripts; they never see the deployment's variables and secrets.",
      }),
      server: z
        .string()
        .max(255)
        .optional()
        .meta({ description: "Name in the tool's config.servers; default: the first." }),
    })
    .prefault({}),
});
export type CreateDeployment = z.output<typeof CreateDeployment>;

export const Replace = z.object({
  replace: querySwitch().meta({ description: 'Takes the place of a running deployment when the new one is ready.' }),
});

export const Force = z.object({
  force: querySwitch().meta({ description: 'Stops the deployments of the tool.' }),
});

export const DeploymentSummary = z
  .object({
    deployment_id: Id,
    tool_id: Id,
    tool_name: z.string(),
    slug: z.string(),
    server: z.string(),
    owner_id: Id,
    endpoint_url: z.url(),
    status: z.enum(deploymentStatuses),
    health_status: z.enum(healthStatuses),
    phase: z.enum(phases),
    access: z.enum(['private', 'team']),
    deployed_at: Timestamp,
    updated_at: Timestamp,
    stopped_at: Timestamp.nullable(),
  })
  .meta({ id: 'DeploymentSummary' });

const Metrics = z.object({
  requests_total: z.int(),
  avg_response_time_ms: z.number().nullable(),
  p95_response_time_ms: z.number().nullable().meta({ description: 'Of the last 1,000 calls.' }),
  error_rate: z.number().nullable().meta({ description: '0–1' }),
});
export type Metrics = z.output<typeof Metrics>;

export const DeploymentView = DeploymentSummary.extend({
  replicas: z.int(),
  resources: z.object({ cpu: z.int(), memory: z.int() }),
  idle_timeout_s: z.int(),
  start_timeout_s: z.int(),
  drain_s: z.int(),
  stateful: z.boolean(),
  eras: z.array(z.enum(['2025-11-25', '2026-07-28'])),
  process_per: z.enum(['session', 'caller']),
  install_scripts: z.boolean(),
  tool_revision: z.int(),
  connect: z
    .object({
      claude_code: z.string(),
      claude_desktop: z.string(),
      cline: z.string(),
      codex: z.string(),
      copilot: z.string(),
      cursor: z.string(),
      gemini: z.string(),
      inspector: z.string(),
      lm_studio: z.string(),
      mcp_remote: z.string(),
      mcporter: z.string(),
      opencode: z.string(),
      qwen: z.string(),
      roo: z.string(),
      sign_in: z.string(),
      vscode: z.string(),
      windsurf: z.string(),
      zed: z.string(),
    })
    .meta({
      description:
        'Ready to paste, by client; put an API key where it says YOUR_API_KEY. `sign_in` is the address, for clients that sign in.',
    }),
  last_health_check: Timestamp.nullable(),
  last_called_at: Timestamp.nullable(),
  server_info: z.record(z.string(), z.unknown()).nullable(),
  protocol_version: z.string().nullable(),
  tools: z.array(z.object({ name: z.string(), description: z.string().optional() })).nullable(),
  restarts: z.int(),
  memory_mb: z.number().nullable(),
  last_error: z.object({ reason: z.string(), log: z.array(z.string()) }).nullable(),
  metrics: Metrics,
}).meta({ id: 'Deployment' });
export type DeploymentView = z.output<typeof DeploymentView>;

export const ListDeployments = z.object({
  ...pageQuery,
  status: z.enum(deploymentStatuses).optional(),
  tool_id: Id.optional(),
});

export const DeploymentPage = z
  .object({
    deployments: z.array(DeploymentSummary),
    total: z.int(),
    page: z.int(),
    page_size: z.int(),
    pages: z.int(),
  })
  .meta({ id: 'DeploymentPage' });

export const DeploymentId = z.object({ deployment_id: IdOrName.meta({ description: 'UUID' }) });

export const StoppedDeployment = z.object({
  message: z.string(),
  deployment_id: Id,
  stopped_at: Timestamp.nullable().meta({ description: 'null while its tasks are still ending.' }),
});

export const RestartedDeployment = z.object({
  message: z.string(),
  deployment_id: Id,
  status: z.enum(deploymentStatuses),
});

export const DeploymentHealth = z.object({
  deployment_id: Id,
  status: z.enum(deploymentStatuses),
  health_status: z.enum(healthStatuses),
  checked_at: Timestamp,
  replicas: z.array(
    z.object({ replica_id: Id, state: z.string(), healthy: z.boolean(), response_time_ms: z.number().nullable() }),
  ),
});

export const ReadLogs = z.object({
  lines: queryInt(1, 1000, 100),
  since: Moment.optional(),
});

export const DeploymentLogs = z.object({
  deployment_id: Id,
  lines: z.array(
    z.object({ at: z.string().nullable(), replica_id: Id.nullable(), stream: z.string(), text: z.string() }),
  ),
});
