import * as z from 'zod';
import { querySwitch } from '../kernel/http/fields.ts';
import { pageOf } from '../kernel/http/page.ts';
import { Id, Timestamp } from '../kernel/ids.ts';
import { Tool } from '../tools/schema.ts';
import { connectionStatuses } from './ports.ts';

/** The events that the platform's webhooks subscribe to. */
export const hookEvents = ['push', 'release', 'repository', 'pull_request', 'issue_comment'] as const;

const RepositoryUrl = z.string().min(1).max(2048).meta({
  description: 'HTTPS or SSH, with or without `.git`; `/tree/<branch>/<path>` names a branch and a folder too.',
  example: 'https://github.com/acme/weather-mcp',
});
/** What may stand in a header. */
const AccessToken = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[\x21-\x7e]+$/, 'Printable ASCII without spaces')
  .meta({
    description: 'A token that may read the contents; encrypted at once and never shown again.',
    format: 'password',
  });

export const ConnectRepository = z.strictObject({
  repository_url: RepositoryUrl,
  access_token: AccessToken.nullish().meta({
    description: "Default: the platform's own token or application, where the operator configured one.",
  }),
  tool_id: Id.nullish().meta({ description: 'The tool to keep in step. Default: the first sync makes a draft.' }),
  branch: z.string().min(1).max(255).nullish().meta({ description: 'Default: the default branch.' }),
  path: z.string().max(500).nullish().meta({ description: 'A folder of the repository. Default: its root.' }),
});
export type ConnectRepository = z.output<typeof ConnectRepository>;

const Webhook = z.object({
  url: z.string(),
  secret: z.string().meta({ description: 'Shown here only.' }),
  events: z.array(z.string()),
  content_type: z.string(),
  installed: z.boolean().meta({ description: 'false: put it into the settings of the repository yourself.' }),
});

const common = {
  connection_id: Id,
  repository_url: z.string(),
  tool_id: Id.nullable(),
  status: z.enum(connectionStatuses),
  branch: z.string(),
  path: z.string(),
  default_branch: z.string(),
  created_at: Timestamp,
  warnings: z.array(z.string()).meta({ description: 'What the token does not allow, or not for long.' }),
};

export const Connected = z.object({ ...common, webhook: Webhook }).meta({ id: 'GithubConnected' });

export const Connection = z
  .object({
    ...common,
    last_sync_sha: z.string().nullable(),
    last_synced_at: Timestamp.nullable(),
    last_checked_at: Timestamp.nullable(),
    last_delivery_at: Timestamp.nullable(),
    behind_by: z.int().nullable().meta({ description: 'Commits of the branch that are not synced yet, as last seen.' }),
    syncing: z.boolean(),
    last_error: z.string().nullable(),
    webhook_installed: z.boolean(),
    token_expires_at: Timestamp.nullable(),
  })
  .meta({ id: 'GithubConnection' });

const dayS = 86_400;
export const RotateSecret = z
  .strictObject({
    overlap_s: z
      .int()
      .min(0)
      .max(7 * dayS)
      .default(dayS)
      .meta({
        description: 'Seconds for which the former secret counts too (up to ten minutes longer); 0 ends it at once.',
      }),
  })
  .prefault({});

export const SecretRotated = z
  .object({
    connection_id: Id,
    webhook: Webhook,
    previous_valid_until: Timestamp.nullable().meta({ description: 'null: the former secret counts no longer.' }),
  })
  .meta({ id: 'GithubSecretRotated' });

export const ConnectionPage = pageOf(Connection).meta({ id: 'GithubConnectionPage' });

export const ConnectionId = z.object({ connection_id: Id });

export const Disconnected = z.object({ message: z.string(), connection_id: Id });

/** As it was sent, byte for byte: that is what the signature is of. */
export const WebhookPayload = z.string().meta({ example: '{"zen":"Design for failure.","hook_id":1}' });

export const WebhookQuery = z.object({
  connection: Id.optional().meta({
    description: 'The connection whose secret signs; found by the repository otherwise.',
  }),
});

export const Received = z
  .object({ message: z.string(), event_type: z.string(), delivery_id: z.string() })
  .meta({ id: 'GithubDeliveryReceived' });

export const Deliveries = z
  .object({
    deliveries: z.array(
      z.object({
        delivery_id: z.string(),
        event_type: z.string(),
        action: z.string().nullable(),
        ref: z.string().nullable(),
        received_at: Timestamp,
        handled_at: Timestamp.nullable(),
        outcome: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'GithubDeliveries' });

export const DetectServer = z.strictObject({
  repository_url: RepositoryUrl,
  access_token: AccessToken.nullish().meta({ description: 'Needed for a private repository.' }),
});
export type DetectServer = z.output<typeof DetectServer>;

export const DetectQuery = z.object({ create: querySwitch().meta({ description: 'Make the draft.' }) });

export const Detected = z
  .object({
    draft: z.object({
      name: z.string(),
      slug: z.string(),
      description: z.string(),
      version: z.string(),
      config: z.record(z.string(), z.unknown()),
    }),
    sources: z.array(z.object({ file: z.string(), sha: z.string() })),
    confidence: z.number().min(0).max(1).meta({ description: 'How sure it is that this starts the server.' }),
    reasons: z.array(z.string()),
    tool: Tool.nullable().meta({ description: 'The draft that was made; null without ?create=true.' }),
  })
  .meta({ id: 'GithubDetected' });

/** What the task of a sync ends with. */
export interface SyncResult {
  readonly status: 'synced' | 'unchanged';
  readonly files_updated: number;
  readonly last_sync_sha: string | null;
  readonly tool_id: string | null;
  readonly revision: number | null;
}
