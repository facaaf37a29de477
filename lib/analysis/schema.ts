import * as z from 'zod';
import { IdOrName } from '../kernel/http/fields.ts';
import { queryInt } from '../kernel/http/page.ts';
import { ToolConfig } from '../tools/config.ts';
import { isShallow, maxDepth } from './json.ts';
import { severities } from './rule.ts';

const Configuration = z
  .record(z.string(), z.unknown())
  .refine(isShallow, `Is nested more than ${maxDepth} levels deep`)
  .meta({ description: 'A configuration in any of the known shapes, or a description of one.' });

const ToolRef = IdOrName.meta({ description: 'Id or slug of a tool.' });

export const AskFeasibility = z
  .strictObject({ config: Configuration.optional(), tool_id: ToolRef.optional() })
  .refine(({ config, tool_id }) => (config === undefined) !== (tool_id === undefined), 'Name either config or tool_id')
  .meta({ example: { config: { servers: [{ name: 'files', command: 'npx', args: ['-y', '@acme/files'] }] } } });
export type AskFeasibility = z.output<typeof AskFeasibility>;

export const AskImprovements = z
  .strictObject({
    tool_id: ToolRef.optional(),
    tool_name: z.string().min(1).max(255).optional(),
    description: z.string().max(10_000).optional(),
    config: Configuration.optional(),
  })
  .refine(
    ({ tool_id, config }) => (config === undefined) !== (tool_id === undefined),
    'Name either tool_id, or tool_name, description and config',
  )
  .meta({
    example: {
      tool_name: 'Files',
      description: 'Reads files.',
      config: { servers: [{ name: 'files', command: 'npx', args: ['-y', '@acme/files'] }] },
    },
  });
export type AskImprovements = z.output<typeof AskImprovements>;

/** Clients write each of them as a text, a list or an object; all are read, those that are not named here too. */
export const Requirements = z.looseObject({
  tool_name: z.unknown().optional(),
  description: z.unknown().optional(),
  capabilities: z.unknown().optional(),
  constraints: z.unknown().optional(),
});
export type Requirements = z.output<typeof Requirements>;

export const AskConfig = z
  .strictObject({ requirements: Requirements.refine(isShallow, `Is nested more than ${maxDepth} levels deep`) })
  .meta({
    example: {
      requirements: { tool_name: 'Files', description: 'Read the files of one folder', capabilities: ['read files'] },
    },
  });
export type AskConfig = z.output<typeof AskConfig>;

export const Wait = z.object({
  wait: queryInt(0, 25, 0).meta({ description: 'Seconds to wait for the task to end; 1 to 25.' }),
});

const Finding = z.object({
  rule: z.string(),
  severity: z.enum(severities),
  path: z.string().meta({ description: 'JSON Pointer into the configuration.' }),
  message: z.string(),
  fix: z.string(),
  help: z.string().meta({ description: 'The page of the rule in the project: lib/analysis/README.md#<rule>.' }),
});

const engine = {
  engine: z.string().meta({ description: '`openai:<model>`, or `rules`.' }),
  engine_note: z.string().nullable().meta({ description: 'Why no model was used, when one might have been.' }),
  sources: z
    .array(
      z.object({
        number: z.int(),
        passage_id: z.string(),
        document_id: z.string(),
        title: z.string(),
        heading: z.string().nullable(),
      }),
    )
    .default([])
    .meta({ description: 'Passages of the knowledge base that the texts cite by their number: [1].' }),
};

export const Feasibility = z.object({
  score: z.number().min(0).max(1),
  is_feasible: z.boolean(),
  reasoning: z.string(),
  risks: z.array(z.string()),
  recommendations: z.array(z.string()),
  findings: z.array(Finding),
  estimated_tokens: z.int().meta({ description: 'What its tools take of each conversation; estimated.' }),
  tool_id: z.string().optional(),
  revision: z.int().optional(),
  ...engine,
});
export type Feasibility = z.output<typeof Feasibility>;

export const Improvement = z.object({
  category: z.string().max(100),
  title: z.string().min(1).max(200),
  description: z.string(),
  priority: z.enum(['low', 'medium', 'high', 'critical']),
  effort: z.enum(['low', 'medium', 'high']),
  impact: z.enum(['low', 'medium', 'high']),
  path: z.string().optional(),
  patch: z
    .array(z.object({ op: z.enum(['add', 'remove', 'replace']), path: z.string(), value: z.unknown().optional() }))
    .optional()
    .meta({
      description: 'JSON Patch (RFC 6902) of the configuration that was given; absent where a person has to decide.',
    }),
});
export type Improvement = z.output<typeof Improvement>;

export const Improvements = z.object({ improvements: z.array(Improvement).min(1), ...engine });
export type Improvements = z.output<typeof Improvements>;

export const GeneratedConfig = z.object({ config: ToolConfig, notes: z.array(z.string()), ...engine });
export type GeneratedConfig = z.output<typeof GeneratedConfig>;

/** What a task of each type carries. */
const About = z.object({ id: z.string(), revision: z.int() }).optional();
/** Whether its owner may read the knowledge base. */
const mayRead = { knowledge: z.boolean().default(false) };
export const JobInput = z.discriminatedUnion('type', [
  z.object({ type: z.literal('feasibility'), config: Configuration, tool: About, ...mayRead }),
  z.object({
    ...mayRead,
    type: z.literal('improvements'),
    name: z.string(),
    description: z.string(),
    config: Configuration,
    tool: About,
  }),
  z.object({ type: z.literal('generate-config'), requirements: Requirements, ...mayRead }),
]);
export type JobInput = z.output<typeof JobInput>;
