import { pointer } from '../kernel/errors/problem.ts';
import { isObject, type Json, listIn, objectIn, textIn } from './json.ts';

/** A tool that is declared in a configuration. */
export interface SubjectTool {
  readonly path: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly schema: Json | undefined;
  readonly schemaPath: string;
  readonly annotations: Json;
  readonly parameters: readonly Parameter[];
  readonly raw: unknown;
}

export interface Parameter {
  readonly path: string;
  readonly name: string;
  readonly schema: Json;
}

type Path = readonly (string | number)[];

/** The tools of a configuration: a list, or a map by name. */
export function readTools(config: Json, at: Path): SubjectTool[] {
  const tools = config['tools'];
  if (isObject(tools))
    return Object.entries(tools).map(([name, tool]) => readTool({ name, ...objectIn(tool) }, [...at, 'tools', name]));
  return listIn(tools).map((tool, index) =>
    readTool(typeof tool === 'string' ? { name: tool } : objectIn(tool), [...at, 'tools', index]),
  );
}

function readTool(tool: Json, at: Path): SubjectTool {
  const key = ['inputSchema', 'input_schema', 'parameters'].find((name) => isObject(tool[name])) ?? 'inputSchema';
  const given = isObject(tool[key]) ? tool[key] : undefined;
  // `parameters` may be a bare name → schema map.
  const isBare = given !== undefined && key === 'parameters' && !isSchema(given);
  const schema = isBare ? { type: 'object', properties: given } : given;
  const schemaPath = [...at, key];
  return {
    path: pointer(at),
    name: textIn(tool['name']) ?? '',
    description: textIn(tool['description']),
    schema,
    schemaPath: pointer(schemaPath),
    annotations: objectIn(tool['annotations']),
    parameters: Object.entries(objectIn(schema?.['properties'])).map(([name, property]) => ({
      path: pointer([...schemaPath, ...(isBare ? [] : ['properties']), name]),
      name,
      schema: objectIn(property),
    })),
    raw: tool,
  };
}

function isSchema(given: Json): boolean {
  return typeof given['type'] === 'string' || isObject(given['properties']) || '$ref' in given || '$schema' in given;
}
