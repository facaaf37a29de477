import { isObject, type JsonObject } from './json.ts';

/** The schema of a declared tool's arguments, and where in the declaration its parts are. `parameters` may be a schema, or a bare map of names to schemas. */
export function inputSchemaOf(tool: JsonObject): { readonly schema: unknown; readonly path: readonly string[] } {
  if (tool['inputSchema'] !== undefined) return { schema: tool['inputSchema'], path: ['inputSchema'] };
  const parameters = tool['parameters'];
  if (!isObject(parameters) || isSchema(parameters)) return { schema: parameters, path: ['parameters'] };
  return { schema: { type: 'object', properties: parameters }, path: ['parameters'] };
}

function isSchema(parameters: JsonObject): boolean {
  return (
    typeof parameters['type'] === 'string' || isObject(parameters['properties']) || Array.isArray(parameters['anyOf'])
  );
}
