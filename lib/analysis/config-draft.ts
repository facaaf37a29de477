import * as z from 'zod';
import { Problem } from '../kernel/errors/problem.ts';
import { ToolConfig } from '../tools/config.ts';
import { type ConfigRules, prepareConfig } from '../tools/prepare-config.ts';
import { Unfit } from './ask-model.ts';
import type { Json } from './json.ts';

const Pairs = z.array(z.strictObject({ name: z.string().max(255), value: z.string().max(4000) })).max(50);

/** A configuration as structured outputs can say it: no free maps, every member there. */
export const ConfigDraft = z.strictObject({
  servers: z
    .array(
      z.strictObject({
        name: z.string(),
        launch: z.discriminatedUnion('kind', [
          z.strictObject({
            kind: z.literal('command'),
            command: z.string(),
            args: z.array(z.string()).max(50),
            env: Pairs,
          }),
          z.strictObject({ kind: z.literal('remote'), url: z.string(), headers: Pairs }),
          z.strictObject({
            kind: z.literal('package'),
            registry_type: z.enum(['npm', 'pypi']),
            identifier: z.string(),
            version: z.string(),
          }),
        ]),
      }),
    )
    .max(10),
  tools: z
    .array(
      z.strictObject({
        name: z.string(),
        description: z.string(),
        parameters: z
          .array(
            z.strictObject({
              name: z.string(),
              type: z.enum(['string', 'number', 'integer', 'boolean', 'array', 'object']),
              description: z.string(),
              required: z.boolean(),
            }),
          )
          .max(30),
      }),
    )
    .max(60),
  notes: z.array(z.string().max(500)).max(10),
});
type ConfigDraft = z.output<typeof ConfigDraft>;

/** The configuration that a draft means, not yet checked. */
export function configOf({ servers, tools }: ConfigDraft): Json {
  return {
    servers: servers.map(({ name, launch: { kind, ...launch } }) =>
      kind === 'package' ? { name, package: launch } : { name, ...unpaired(launch) },
    ),
    ...(tools.length > 0 && { tools: tools.map(toolOf) }),
  };
}

/** Empty lists are left out, lists of pairs become maps. */
function unpaired(launch: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(
    Object.entries(launch)
      .filter(([, value]) => !Array.isArray(value) || value.length > 0)
      .map(([key, value]) => {
        const pairs = Pairs.safeParse(value).data;
        return [key, pairs ? Object.fromEntries(pairs.map(({ name, value: text }) => [name, text])) : value];
      }),
  );
}

function toolOf({ name, description, parameters }: ConfigDraft['tools'][number]): Json {
  const required = parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name);
  return {
    name,
    description,
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries(
        parameters.map((parameter) => [parameter.name, { type: parameter.type, description: parameter.description }]),
      ),
      ...(required.length > 0 && { required }),
    },
  };
}

/** What creating a tool would take of a configuration. @throws Unfit that names every bad place. */
export function accepted(config: Json, rules: ConfigRules): ToolConfig {
  const parsed = ToolConfig.safeParse(config);
  if (!parsed.success) {
    const places = parsed.error.issues.slice(0, 8).map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Unfit(places.join('; '));
  }
  try {
    return prepareConfig(rules, parsed.data);
  } catch (error) {
    if (error instanceof Problem) throw new Unfit(error.message);
    throw error;
  }
}
