import * as z from 'zod';

type Json = z.core.JSONSchema.JSONSchema;

/**
 * A value that fits a schema, made from what its author wrote as example: its own `examples`, else its members' examples and defaults; optional members
 * without one are left out.
 */
export function exampleOf(schema: z.ZodType): unknown {
  // JSON Schema shows the input side of a schema that transforms; its own example may stand on the other.
  const own: unknown = schema.meta()?.['examples'];
  if (Array.isArray(own)) return own[0];
  const sent = (schema.meta()?.['asJson'] as { readonly examples?: readonly unknown[] } | undefined)?.examples;
  // A body that is taken as text is described as what the text holds.
  if (sent && schema instanceof z.ZodString) return typeof sent[0] === 'string' ? sent[0] : JSON.stringify(sent[0]);
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const follow = (part: Json): unknown => {
    const definition = part.$ref === undefined ? undefined : root.$defs?.[part.$ref.replace('#/$defs/', '')];
    if (definition !== undefined) return follow(definition);
    if (part.examples?.[0] !== undefined) return part.examples[0];
    if ('example' in part) return part['example'];
    if (part.default !== undefined) return part.default;
    if (part.const !== undefined) return part.const;
    if (part.enum) return part.enum[0];
    return part.type === 'object' && part.properties ? members(part.properties) : undefined;
  };
  const members = (properties: Record<string, Json | boolean>): unknown =>
    Object.fromEntries(
      Object.entries(properties)
        .map(([name, member]) => [name, typeof member === 'object' ? follow(member) : undefined] as const)
        .filter(([, value]) => value !== undefined),
    );
  return follow(root);
}
