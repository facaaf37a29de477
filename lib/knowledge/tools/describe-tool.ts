import * as z from 'zod';

const Declared = z.looseObject({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.unknown().optional(),
  parameters: z.unknown().optional(),
});
const Config = z.looseObject({ tools: z.array(z.unknown()).optional(), server_json: z.unknown().optional() });

const mostTools = 500;
const mostText = 8000;
const deepest = 4;

/**
 * What a tool says of itself, as Markdown: its description, then each of its MCP tools under a heading of its own with its parameters. Names, descriptions and schemas alone:
 * environment and headers are not everybody's to read.
 */
export function describeTool(tool: {
  readonly name: string;
  readonly description: string;
  readonly config: unknown;
}): string {
  const { data: config } = Config.safeParse(tool.config);
  const declared = (config?.tools ?? []).slice(0, mostTools).flatMap((one) => Declared.safeParse(one).data ?? []);
  const sections = declared.flatMap(({ name, title = '', description = '', inputSchema, parameters }) => [
    `# ${headingOf(name)}`,
    // A passage is the text below its heading, so a tool that says nothing has at least its name there.
    headingOf(name),
    plain(title),
    plain(description),
    ...describeSchema(inputSchema ?? parameters),
  ]);
  return [line(tool.name), plain(tool.description), ...sections].filter((part) => part !== '').join('\n\n');
}

/** The heading under which a passage names an MCP tool. */
export function headingOf(name: string): string {
  return (
    line(name)
      .slice(0, 200)
      .replace(/[ \t]+#+[ \t]*$/, '')
      .trim() || 'tool'
  );
}

function describeSchema(schema: unknown): string[] {
  const lines = [...parametersOf(schema, '', 0)].join('\n').slice(0, mostText).toWellFormed();
  return lines === '' ? [] : [`Parameters:\n${lines}`];
}

function* parametersOf(schema: unknown, prefix: string, depth: number): Generator<string> {
  if (!isObject(schema) || depth > deepest) return;
  const properties = isObject(schema['properties']) ? schema['properties'] : depth === 0 ? schema : {};
  for (const [name, property] of Object.entries(properties).slice(0, 100)) {
    if (!isObject(property)) continue;
    const description = typeof property['description'] === 'string' ? plain(property['description']).slice(0, 500) : '';
    yield `- ${line(prefix + name)}${description === '' ? '' : `: ${description.replaceAll('\n', ' ')}`}`;
    yield* parametersOf(property['items'] ?? property, `${prefix}${name}.`, depth + 1);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function line(text: string): string {
  return plain(text).replaceAll('\n', ' ').slice(0, 300).toWellFormed();
}

/** A description must not make headings of its own: a heading says whose words they are. */
function plain(text: string): string {
  return text
    .slice(0, mostText)
    .toWellFormed()
    .replace(/^[ \t]*#+/gm, '')
    .replace(/^[ \t]*[=-]{2,}[ \t]*$/gm, '')
    .trim();
}
