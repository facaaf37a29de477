import type { ToolConfig } from '../tools/config.ts';
import type { ConfigRules } from '../tools/prepare-config.ts';
import { type Asked, askModel, type ModelServices, Unfit } from './ask-model.ts';
import { accepted, ConfigDraft, configOf } from './config-draft.ts';
import { engineOf } from './engine.ts';
import { examine } from './examine.ts';
import { type CatalogSearch, type Closest, findClosest } from './find-closest.ts';
import type { GeneratedConfig, Requirements } from './schema.ts';
import { type Template, templates } from './templates.ts';
import { capabilitiesOf, keywordsOf, linesOf, membersOf } from './keywords.ts';
import { type NamedServer, namedServer } from './named-server.ts';
import { toolStubs } from './tool-stubs.ts';

const system = `You write configurations of MCP (Model Context Protocol) servers from requirements.
Prefer a server of the given catalog or of the given templates when one does what is asked; never invent packages: when none fits, leave servers empty and describe the tools that a new server would offer.
Pin exact versions. Never write a secret: write \${NAME} where one is needed and say so in the notes.
Tool names: a verb and a noun in snake_case. Descriptions: what it does, when to use it, what it answers. Describe every parameter.
Answer with the JSON object of the given schema and nothing else.`;

/** A catalog entry holds at least this share of the keywords to be taken for what is asked. */
const closeEnough = 0.5;
/** A template is about something when so many of its words are asked for. */
const enoughWords = 2;

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
    about: membersOf(requirements)
      .flatMap(([, lines]) => lines)
      .join('\n'),
    material: {
      requirements,
      catalog: closest.map(({ tool: { slug, description, config } }) => ({
        slug,
        description,
        servers: config.servers,
      })),
      templates: templates.map(({ name, words, server }) => ({ name, words, server })),
    },
    maxOutputTokens: 4000,
    accept: (draft) => ({ config: safe(accepted(configOf(draft), services.settings)), notes: draft.notes }),
  });
  const { config, notes } = asked.answer ?? withoutModel(requirements, closest, services.settings);
  return {
    usage: asked.usage,
    result: { config, notes: [...notes, ...remarks(config, services.settings)], ...engineOf(services.model, asked) },
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
  const named = namedServer(requirements);
  if (named) return fromName(requirements, named, rules);
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
    const draft = attempt(() => ({
      config: safe(accepted(config, rules)),
      notes: [...notes, ...toHeed(requirements)],
    }));
    // Otherwise what this installation does not allow any more, or what is found wrong with it: the next one.
    if (draft) return draft;
  }
  return stubs(requirements, rules);
}

/** What the requirements name is taken, whatever the rules say of it: the notes say it. */
function fromName(requirements: Requirements, { server, note }: NamedServer, rules: ConfigRules): Draft {
  const notes = [note, ...toHeed(requirements)];
  try {
    return { config: accepted({ servers: [server] }, rules), notes };
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    const { config, notes: more } = stubs(requirements, rules);
    return { config, notes: [`What you named cannot be used here: ${error.message}`, ...more] };
  }
}

function closestTemplate(requirements: Requirements): Draft[] {
  const words = keywordsOf(requirements);
  const fit = (template: Template): number => template.words.filter((word) => words.includes(word)).length;
  return templates
    .filter((template) => fit(template) >= enoughWords)
    .toSorted((a, b) => fit(b) - fit(a))
    .map(({ name, note, server }) => ({
      config: { servers: [server] },
      notes: [`From the template "${name}".`, note],
    }));
}

/** Nothing fits: the tools that are asked for, for a server that is still to be written. */
function stubs(requirements: Requirements, rules: ConfigRules): Draft {
  const listed = capabilitiesOf(requirements).filter((line) => /[\p{L}\p{N}]/u.test(line));
  const lines =
    listed.length > 0 ? listed : [...linesOf(requirements.tool_name), ...linesOf(requirements.description)].slice(0, 1);
  const note =
    'No published server and no template fits, so this is a draft: add the server that offers these tools, and review their parameters.';
  if (lines.length === 0)
    return {
      config: { servers: [] },
      notes: ['The requirements name no capability, package or URL, so the draft is empty.'],
    };
  const tools = toolStubs(lines);
  const draft = attempt(() => ({
    config: safe(accepted({ servers: [], tools }, rules)),
    notes: [note, ...toHeed(requirements)],
  }));
  return (
    draft ?? {
      config: { servers: [] },
      notes: ['The requirements hold texts that no tool should carry, so the draft is empty.'],
    }
  );
}

/** What the rules alone cannot turn into configuration, for whoever completes it. */
function toHeed(requirements: Requirements): string[] {
  const used = new Set([
    'tool_name',
    'description',
    'capabilities',
    'features',
    'functions',
    'tools',
    'operations',
    'actions',
    'endpoints',
  ]);
  return membersOf(requirements)
    .filter(([member, lines]) => !used.has(member) && lines.length > 0)
    .slice(0, 20)
    .map(([member, lines]) => `To be heeded by the author, ${member.slice(0, 60)}: ${lines.join('; ').slice(0, 300)}.`);
}

function attempt(make: () => Draft): Draft | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    return undefined;
  }
}

function remarks(config: ToolConfig, rules: ConfigRules): string[] {
  const references = [...new Set(JSON.stringify(config).match(/\$\{[A-Za-z_]\w*/g))].map((found) => found.slice(2));
  const found = examine(config, rules).findings.filter(({ severity }) => severity !== 'info');
  return [
    ...(references.length > 0 ? [`Give at deploy time: ${references.join(', ')}.`] : []),
    ...found.slice(0, 5).map(({ path, message }) => `${path || 'The configuration'}: ${message}`),
  ];
}
