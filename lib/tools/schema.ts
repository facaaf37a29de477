import * as z from 'zod';
import { Id, Timestamp } from '../kernel/ids.ts';
import { IdOrName, label } from '../kernel/http/fields.ts';
import { pageOf, queryNumber } from '../kernel/http/page.ts';
import { ToolConfig } from './config.ts';

export const toolStatuses = ['draft', 'active', 'deprecated'] as const;
export type ToolStatus = (typeof toolStatuses)[number];

/** Slugs that are routes of ours. */
export const reservedSlugs: readonly string[] = ['knowledge', 'import'];

const Slug = z
  .string()
  .max(255)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Lower-case letters and digits, in words joined by single hyphens')
  .refine((slug) => !reservedSlugs.includes(slug), 'This slug is reserved')
  .meta({ description: 'Unique for ever, also after the tool is deleted.', example: 'acme-weather' });

/** Semantic Versioning 2.0.0. */
export const Version = z
  .string()
  .max(64)
  .regex(
    /^(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/,
    'A semantic version, such as 1.4.0',
  )
  .meta({ example: '1.0.0' });

const Name = label(255).meta({ example: 'Acme Weather' });
const Description = z.string().max(10_000).meta({ example: 'Forecasts for any place on earth.' });
const Status = z.enum(toolStatuses);

export const CreateTool = z.strictObject({
  name: Name,
  slug: Slug,
  description: Description.default(''),
  version: Version,
  config: ToolConfig,
  status: Status.default('draft'),
});
export type CreateTool = z.output<typeof CreateTool>;

export const UpdateTool = z
  .strictObject({
    name: Name.optional(),
    description: Description.optional(),
    version: Version.optional(),
    config: ToolConfig.optional(),
    status: Status.optional(),
  })
  .refine(
    (changes) => Object.values(changes).some((value) => value !== undefined),
    'Name at least one of name, description, version, config, status',
  );
export type UpdateTool = z.output<typeof UpdateTool>;

const ToolSummary = z.object({
  id: Id,
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  version: z.string(),
  status: Status,
  author_id: Id,
  revision: z.int(),
  created_at: Timestamp,
  updated_at: Timestamp,
  deleted_at: Timestamp.nullable(),
});

const Position = { line: z.int().optional(), column: z.int().optional() };

const MovedSecrets = z
  .array(z.object({ path: z.string(), name: z.string(), ...Position }))
  .meta({ description: 'Literal secrets that are kept encrypted now, and what `${name}` stands in their places.' });

export const Tool = ToolSummary.extend({
  config: z.record(z.string(), z.unknown()),
  secrets_moved: MovedSecrets.optional(),
}).meta({ id: 'Tool' });
export type Tool = z.output<typeof Tool>;

export const ToolPage = pageOf(ToolSummary).meta({ id: 'ToolPage' });

export const ToolId = z.object({
  tool_id: IdOrName.meta({ description: 'Id or slug of the tool.' }),
});

export const Deleted = z.object({ message: z.string(), id: Id });

export const JsonPatch = z.array(
  z.object({ op: z.enum(['add', 'remove', 'replace']), path: z.string(), value: z.unknown().optional() }),
);

const HistoryEntry = z.object({
  revision: z.int(),
  version: z.string(),
  changed_at: Timestamp,
  changed_by: Id,
  change_type: z.enum(['create', 'update', 'delete', 'restore', 'sync']),
  source: z
    .object({
      repository: z.string(),
      branch: z.string(),
      path: z.string(),
      sha: z.string(),
      files: z.array(z.string()),
    })
    .optional()
    .meta({ description: 'The commit of the repository that a sync read.' }),
  config: z.record(z.string(), z.unknown()),
  diff: JsonPatch.meta({
    description: 'JSON Patch (RFC 6902) from the revision before; of name, description, status, version and config.',
  }),
});

export const HistoryPage = z
  .object({
    versions: z.array(HistoryEntry),
    total: z.int(),
    page: z.int(),
    page_size: z.int(),
    pages: z.int(),
  })
  .meta({ id: 'ToolHistory' });
export type HistoryPage = z.output<typeof HistoryPage>;

const revision = z.int().min(1).max(2_147_483_647);

export const Restore = z.strictObject({ revision: revision.meta({ example: 1 }) });

export const DiffQuery = z.object({
  from: queryNumber(1, 999_999_999).optional().meta({ description: 'Default: the revision before `to`.' }),
  to: queryNumber(1, 999_999_999).optional().meta({ description: 'Default: the present revision.' }),
});

const contractClasses = ['compatible', 'breaking', 'suspicious'] as const;

export const ToolDiff = z
  .object({
    from: revision,
    to: revision,
    patch: JsonPatch.meta({
      description: 'JSON Patch (RFC 6902) of name, description, status, version and config.',
    }),
    contract: z.array(
      z.object({
        tool: z.string(),
        class: z.enum(contractClasses),
        path: z.string().meta({ description: 'JSON Pointer into the declaration of the tool.' }),
        why: z.string(),
      }),
    ),
  })
  .meta({ id: 'ToolDiff' });
export type ToolDiff = z.output<typeof ToolDiff>;

const Remarks = z.array(z.object({ pointer: z.string(), msg: z.string(), ...Position }));

export const Imported = z
  .object({
    tools: z.array(Tool),
    secrets_moved: MovedSecrets,
    warnings: Remarks.optional().meta({
      description: 'What the registry cuts or leaves out because the schema of server.json does not take it.',
    }),
    not_imported: Remarks.optional().meta({ description: 'Members of the file that describe no server.' }),
    dry_run: z.literal(true).optional(),
  })
  .meta({ id: 'Imported' });
