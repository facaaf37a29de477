import { isDeepStrictEqual } from 'node:util';
import { pointer } from '../kernel/errors/problem.ts';
import { compareDescriptions, type Effect, type SchemaChange } from './compare-keywords.ts';
import { compareSchemas } from './compare-schemas.ts';
import { isObject, type JsonObject } from './json.ts';
import type { ToolDiff } from './schema.ts';
import { inputSchemaOf } from './schema-of-tool.ts';

type Change = ToolDiff['contract'][number];
type Class = Change['class'];

/** Arguments that fitted must go on fitting. */
const ofArguments: Readonly<Record<Effect, Class>> = {
  narrower: 'breaking',
  wider: 'compatible',
  different: 'breaking',
  unclear: 'suspicious',
  meaning: 'suspicious',
  wording: 'compatible',
};
/** A result must go on being what its readers expect. */
const ofResults: Readonly<Record<Effect, Class>> = { ...ofArguments, narrower: 'compatible', wider: 'breaking' };

/** What each annotation makes a client believe (MCP, ToolAnnotations). */
const hints: Readonly<Record<string, string>> = {
  readOnlyHint: 'clients may run a read-only tool without asking',
  destructiveHint: 'clients warn before a destructive tool',
  idempotentHint: 'clients may repeat a call of an idempotent tool',
  openWorldHint: 'clients treat what comes from an open world with care',
};

/**
 * What a change of configuration means to who calls the tools that it declares: each difference with its class and why.
 * `breaking`: calls that worked may fail. `suspicious`: calls go on working and may mean something else. `compatible`: the rest.
 */
export function contractChanges(before: JsonObject, after: JsonObject): Change[] {
  const [was, is] = [toolsOf(before), toolsOf(after)];
  const names = new Set([...was.keys(), ...is.keys()]);
  return [...names].flatMap((tool) => {
    const [a, b] = [was.get(tool), is.get(tool)];
    if (!b) return [{ tool, class: 'breaking' as const, path: '', why: 'The tool is gone' }];
    if (!a) return [{ tool, class: 'compatible' as const, path: '', why: 'The tool is new' }];
    return compareTools(a, b).map((change) => ({ tool, ...change }));
  });
}

function toolsOf(config: JsonObject): Map<string, JsonObject> {
  const tools = Array.isArray(config['tools']) ? config['tools'].filter(isObject) : [];
  return new Map(tools.map((tool) => [String(tool['name']), tool]));
}

function compareTools(a: JsonObject, b: JsonObject): Omit<Change, 'tool'>[] {
  const inputs = compareSchemas(inputSchemaOf(a).schema, inputSchemaOf(b).schema);
  const said = compareDescriptions(a['description'], b['description']);
  return [
    ...(said ? [classed(ofArguments, ['description'], { path: [], ...said })] : []),
    ...inputs.map((change) => classed(ofArguments, inputSchemaOf(b).path, change)),
    ...compareOutputs(a['outputSchema'], b['outputSchema']),
    ...compareAnnotations(a['annotations'], b['annotations']),
  ];
}

function classed(
  classes: typeof ofArguments,
  under: readonly string[],
  { path, effect, what }: SchemaChange,
): Omit<Change, 'tool'> {
  return {
    class: classes[effect],
    path: pointer([...under, ...path]),
    why: `${what[0]?.toUpperCase() ?? ''}${what.slice(1)}`,
  };
}

function compareOutputs(a: unknown, b: unknown): Omit<Change, 'tool'>[] {
  if (a === undefined && b === undefined) return [];
  if (a === undefined) return [{ class: 'compatible', path: '/outputSchema', why: 'The result is promised now' }];
  if (b === undefined)
    return [{ class: 'breaking', path: '/outputSchema', why: 'The result is not promised any more' }];
  return compareSchemas(a, b).map((change) => classed(ofResults, ['outputSchema'], change));
}

function compareAnnotations(a: unknown, b: unknown): Omit<Change, 'tool'>[] {
  const [before, after] = [isObject(a) ? a : {}, isObject(b) ? b : {}];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map((name) => {
      const hint = Object.hasOwn(hints, name) ? hints[name] : undefined;
      const why = `Was ${JSON.stringify(before[name]) ?? 'not said'} and is ${JSON.stringify(after[name]) ?? 'not said'}`;
      return {
        class: hint === undefined ? ('compatible' as const) : ('suspicious' as const),
        path: pointer(['annotations', name]),
        why: hint === undefined ? why : `${why}; ${hint}`,
      };
    });
}
