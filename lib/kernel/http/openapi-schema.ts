import * as z from 'zod';

export type Json = Record<string, unknown>;
type JsonSchema = z.core.JSONSchema.BaseSchema;
type Override = NonNullable<z.core.ToJSONSchemaParams['override']>;

/** A request's body has at most 1 MB and an answer 6 MB, so nothing in them can be longer. */
const longest = { input: 1_000_000, output: 6_291_456 } as const;
const int32 = 2_147_483_647;

/** The formats whose length is known; their patterns say nothing that the format does not. */
const formatLengths: Readonly<Record<string, number>> = { uuid: 36, 'date-time': 40, email: 254, uri: 2048 };

/** The named schemas of a document. */
export class Components {
  readonly schemas: Record<string, unknown> = {};

  /**
   * A zod schema as JSON Schema; those with an id move to the components.
   * @throws Error when one id stands for two schemas.
   */
  add(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs = {}, ...root } = z.toJSONSchema(schema, optionsOf(io));
    // What may be sent is not what is answered: optional members may be null there, and unknown ones are refused.
    const suffix = io === 'input' ? 'Input' : '';
    for (const [name, definition] of Object.entries($defs)) this.#file(name, definition, suffix);
    const id = schema.meta()?.id;
    if (id === undefined) return pointToComponents(root, suffix) as Json;
    if (!(id in $defs)) this.#file(id, root, suffix);
    return { $ref: `#/components/schemas/${id}${suffix}` };
  }

  #file(id: string, definition: unknown, suffix: string): void {
    const name = `${named(id)}${suffix}`;
    const described = pointToComponents(definition, suffix);
    const known = this.schemas[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(described))
      throw new Error(`${name} names two different schemas.`);
    this.schemas[name] = described;
  }
}

/** The members of an object schema, each as it stands in a path or a query. */
export function membersOf(schema: z.ZodType): readonly { name: string; required: boolean; schema: Json }[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { ...optionsOf('input'), override: asNamed });
  return Object.entries(properties).map(([name, member]) => ({
    name,
    required: required.includes(name),
    schema: member as Json,
  }));
}

function optionsOf(io: 'input' | 'output'): z.core.ToJSONSchemaParams {
  return { io, unrepresentable: 'any', override: io === 'input' ? asSent : asAnswered };
}

/** What the kernel adds to every body: an optional member may be null. */
const asSent: Override = (context) => {
  bound(context.jsonSchema, longest.input);
  const { properties = {}, required = [] } = context.jsonSchema;
  for (const [name, member] of Object.entries(properties)) {
    if (!required.includes(name) && !takesNull(member))
      properties[name] = { anyOf: [member as z.core.JSONSchema.JSONSchema, { type: 'null' }] };
  }
};

/** Later versions may answer more members, so a client must not refuse those that it does not know. */
const asAnswered: Override = ({ jsonSchema }) => {
  bound(jsonSchema, longest.output);
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
};

/** In a path or a query. */
const asNamed: Override = ({ jsonSchema }) => bound(jsonSchema, longest.input);

function takesNull(schema: z.core.JSONSchema._JSONSchema): boolean {
  return typeof schema === 'object' && (schema.anyOf?.some((each) => (each as Json)['type'] === 'null') ?? false);
}

/** Every text, list and whole number has bounds: its own, or what fits into a message at all. */
function bound(schema: JsonSchema, most: number): void {
  if ('asJson' in schema) replace(schema, schema['asJson'] as Json);
  if (schema.type === 'string') boundText(schema, most);
  if (schema.type === 'array') schema.maxItems ??= most / 2;
  if (schema.type === 'integer') {
    schema.minimum ??= Number.MIN_SAFE_INTEGER;
    schema.maximum ??= Number.MAX_SAFE_INTEGER;
    schema.format = schema.minimum >= -int32 && schema.maximum <= int32 ? 'int32' : 'int64';
  }
}

function boundText(schema: JsonSchema, most: number): void {
  const length = formatLengths[schema.format ?? ''];
  if (length !== undefined) delete schema.pattern;
  if (schema.enum === undefined && schema.const === undefined) schema.maxLength ??= length ?? most;
}

function replace(schema: Json, by: Json): void {
  const { description } = schema;
  for (const name of Object.keys(schema)) delete schema[name];
  Object.assign(schema, by, description === undefined ? {} : { description });
}

/** What contains itself and has no id is `z.json()`; anything else of that kind collides with it and so asks for an id. */
function named(id: string): string {
  return id.replace(/^__schema\d+$/, 'JsonValue');
}

function pointToComponents(value: unknown, suffix: string): unknown {
  if (Array.isArray(value)) return value.map((member) => pointToComponents(member, suffix));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => name !== 'id' || typeof member !== 'string')
      .map(([name, member]) => [
        name,
        name === '$ref' && typeof member === 'string'
          ? `#/components/schemas/${named(member.replace('#/$defs/', ''))}${suffix}`
          : pointToComponents(member, suffix),
      ]),
  );
}
