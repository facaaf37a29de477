import * as z from 'zod';

/**
 * A value that fits a schema, made from what its author wrote as example: its own `examples`, else its members' examples and defaults; optional members
 * without one are left out.
 */
export function exampleOf(schema: z.ZodType): unknown {
  return exampleOfJson(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
}

type Json = z.core.JSONSchema.JSONSchema;

function exampleOfJson(schema: Json): unknown {
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if ('example' in schema) return schema['example'];
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'object' && schema.properties) {
    const members = Object.entries(schema.properties).flatMap(([name, member]) => {
      const value = typeof member === 'object' ? exampleOfJson(member) : undefined;
      return value === undefined ? [] : [[name, value]];
    });
    return Object.fromEntries(members) as unknown;
  }
  return undefined;
}
