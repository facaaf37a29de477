import type { ToolConfig } from '../tools/config.ts';
import type { ConfigRules } from '../tools/prepare-config.ts';
import { type Asked, askModel, type ModelServices, Unfit } from './ask-model.ts';
import { accepted, ConfigDraft, configOf } from './config-draft.ts';
import { engineOf } from './engine.ts';
import { examine } from './examine.ts';
import { promptData } from './prompt-data.ts';
import { type CatalogSearch, type Closest, findClosest } from './find-closest.ts';
import type { GeneratedConfig, Requirements } from './schema.ts';
import { type Template, templates } from './templates.ts';
import { keywordsOf, linesOf } from './keywords.ts';

const system = `You write configurations of MCP (Model Context Protocol) servers from requirements.
Prefer a server of the given apiDescription or of the given templates when one does what is asked; never invent packages: when none fits, leave servers empty and describe the tools that a new server would offer.
Pin exact versions. Never write a secret: write \${NAME} where one is needed and say so in the notes.
Tool names: a verb and a noun in snake_case. Descriptions: what it does, when to use it, what it answers. Describe every parameter.
Answer with the JSON object of the given schema and nothing else.`;

/** A catalogue entry holds at least this share of the keywords to be taken for what is wished. */
const closeEnough = 0.5;

export interface GenerateServices extends ModelServices {
  readonly tools: CatalogSearch;
  readonly settings: ConfigRules;
}

/** A configuration that creating a tool would take: written by a model, else from the closest published server, a template, or bare tools. */
export async function generateConfig(
  services: GenerateServices,
  who: { readonly ownerId: string; readonly signal: AbortSignal },
  requirements: Requirements,
): Promise<{ result: GeneratedConfig; usage: Asked<unknown>['usage'] }> {
  const closest = await findClosest(services.tools, keywordsOf(requirements), 5);
  const asked = await askModel(services, who, {
    name: 'configuration',
    schema: ConfigDraft,
    system,
    user: promptData({
      requirements,
      apiDescription: closest.map(({ tool: { slug, description, config } }) => ({
        slug,
        description,
        servers: config.servers,
      })),
      templates: templates.map(({ name, words, server }) => ({ name, words, server })),
    }),
    maxOutputTokens: 4000,
    accept: (draft) => ({ config: safe(accepted(configOf(draft), services.settings)), notes: draft.notes }),
  });
  const { config, notes } = asked.answer ?? withoutModel(requirements, closest, services.settings);
  return {
    usage: asked.usage,
    result: { config, notes: [...notes, ...remarks(config)], ...engineOf(services.model, asked) },
  };
}

/** @throws Unfit for what no author should be handed. */
function safe(config: ToolConfig): ToolConfig {
  const worst = examine(config).findings.filter(({ severity }) => severity === 'critical' || severity === 'high');
  if (worst.length > 0)
    throw new Unfit(
      worst
        .slice(0, 5)
        .map(({ path, message }) => `${path}: ${message}`)
        .join(' '),
    );
  return config;
}

interface Draft {
  readonly config: ToolConfig;
  readonly notes: readonly string[];
}

function withoutModel(requirements: Requirements, closest: readonly Closest[], rules: ConfigRules): Draft {
  const near = closest.filter(({ share, tool }) => share >= closeEnough && tool.config.servers.length > 0);
  const candidates = [
    ...near.map(({ tool }) => ({
      config: { servers: tool.config.servers, ...(tool.config.tools && { tools: tool.config.tools }) },
      notes: [
        `Taken from the published tool "${tool.name}" (${tool.slug} ${tool.version}), the closest to what was asked.`,
      ],
    })),
    ...closestTemplate(requirements),
  ];
  for (const { config, notes } of candidates) {
    try {
      return { config: safe(accepted(config, rules)), notes };
    } catch (error) {
      // What this installation does not allow any more, or what is found wrong with it: the next one.
      if (!(error instanceof Unfit)) throw error;
    }
  }
  return bare(requirements);
}

function closestTemplate(requirements: Requirements): Draft[] {
  const words = keywordsOf(requirements);
  const fit = (template: Template): number => template.words.filter((word) => words.includes(word)).length;
  return templates
    .filter((template) => fit(template) > 0)
    .toSorted((a, b) => fit(b) - fit(a))
    .map(({ name, note, server }) => ({
      config: { servers: [server] },
      notes: [`From the template "${name}".`, note],
    }));
}

/** Nothing fits: the tools that were wished for, for a server that is still to be written. */
function bare(requirements: Requirements): Draft {
  const names = new Set<string>();
  const tools = linesOf(requirements.capabilities).flatMap((line) => {
    const name =
      line
        .normalize('NFKD')
        .toLowerCase()
        .match(/[a-z0-9]+/g)
        ?.slice(0, 5)
        .join('_')
        .slice(0, 64) ?? '';
    if (name === '' || names.has(name)) return [];
    names.add(name);
    return [
      {
        name,
        description: `${line.slice(0, 1000)}.`.replace(/\.\.$/, '.'),
        inputSchema: { type: 'object', properties: {} },
      },
    ];
  });
  return {
    config: { servers: [], ...(tools.length > 0 && { tools }) },
    notes: [
      'No published server and no template fits, so this is a draft: add the server that offers these tools, and their parameters.',
    ],
  };
}

function remarks(config: ToolConfig): string[] {
  const references = [...new Set(JSON.stringify(config).match(/\$\{[A-Za-z_]\w*/g))].map((found) => found.slice(2));
  const found = examine(config).findings.filter(({ severity }) => severity !== 'info');
  return [
    ...(references.length > 0 ? [`Give at deploy time: ${references.join(', ')}.`] : []),
    ...found.slice(0, 5).map(({ path, message }) => `${path || 'The configuration'}: ${message}`),
  ];
}
