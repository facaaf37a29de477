import * as z from 'zod';
import type { HttpEvent } from './gateway-event.ts';
import { type FieldError, invalid, pointer } from '../errors/problem.ts';
import { refuseBadText } from './refuse-bad-text.ts';

type Where = 'body' | 'query' | 'path';
type Path = readonly (string | number)[];

/** One may stand behind another, so leaving them out takes some rounds. */
const maxRounds = 8;

/**
 * Parses one part of the request. A member that is `null` (in a query: empty) where its schema has no use for that counts as not given.
 * @throws Problem `validation-error` that names every bad field.
 */
export function parsePart<S extends z.ZodType>(where: Where, schema: S, value: unknown): z.output<S> {
  const nothing = where === 'query' ? '' : null;
  let parsed = schema.safeParse(value);
  for (let round = 0; !parsed.success && round < maxRounds; round += 1) {
    if (!leaveOut(nothing, value, parsed.error.issues, [])) break;
    parsed = schema.safeParse(value);
  }
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.flatMap((issue) => fieldErrors(where, issue)).slice(0, 100));
}

/** The path's parameters, parsed. */
export function parsePath<S extends z.ZodType>(schema: S, event: HttpEvent): z.output<S> {
  const params = event.pathParameters ?? {};
  refuseBadText('path', params);
  return parsePart('path', schema, params);
}

/** The query, parsed. A parameter that the schema does not name is refused, unless it is a loose object. */
export function parseQuery(schema: z.ZodType | undefined, event: HttpEvent, apart: readonly string[]): unknown {
  const query = readQuery(event);
  for (const name of apart) delete query[name];
  refuseBadText('query', query);
  return parsePart('query', strict(schema), query);
}

const noQuery = z.strictObject({});

function strict(schema: z.ZodType | undefined): z.ZodType {
  if (schema === undefined) return noQuery;
  return schema instanceof z.ZodObject && schema.def.catchall === undefined ? schema.strict() : schema;
}

/** The query as zod takes it: a single value as a string, a repeated one as a list. */
function readQuery(event: HttpEvent): Record<string, string | readonly string[]> {
  const query: Record<string, string | readonly string[]> = {};
  for (const [name, values] of Object.entries(event.multiValueQueryStringParameters ?? {})) {
    if (values !== undefined && values[0] !== undefined) query[name] = values.length === 1 ? values[0] : values;
  }
  return query;
}

/** Takes out of `value` every member that an issue is about and that is `nothing`. Whether there was one. */
function leaveOut(nothing: null | '', value: unknown, issues: readonly z.core.$ZodIssue[], base: Path): boolean {
  let found = false;
  for (const issue of issues) {
    const path = [...base, ...pathOf(issue)];
    if (removeMember(nothing, value, path)) found = true;
    else if (issue.code === 'invalid_union')
      for (const branch of issue.errors) found = leaveOut(nothing, value, branch, path) || found;
  }
  return found;
}

function removeMember(nothing: null | '', value: unknown, path: Path): boolean {
  const name = path.at(-1);
  let parent: unknown = value;
  for (const part of path.slice(0, -1)) {
    if (!isContainer(parent) || !Object.hasOwn(parent, part)) return false;
    parent = parent[part];
  }
  if (typeof name !== 'string' || !isContainer(parent) || Array.isArray(parent)) return false;
  if (!Object.hasOwn(parent, name) || parent[name] !== nothing) return false;
  delete parent[name];
  return true;
}

function isContainer(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}

function fieldErrors(where: Where, issue: z.core.$ZodIssue): FieldError[] {
  const path = pathOf(issue);
  const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
  const [msg, type] = wordingOf(where, issue);
  return paths.map((at) => ({ loc: [where, ...at], pointer: pointer(at), msg, type }));
}

function pathOf({ path }: z.core.$ZodIssue): Path {
  return path.map((part) => (typeof part === 'symbol' ? String(part) : part));
}

function wordingOf(where: Where, { code, message }: z.core.$ZodIssue): [msg: string, type: string] {
  if (code === 'unrecognized_keys') return [where === 'query' ? 'Unknown parameter' : 'Unknown field', code];
  if (code === 'invalid_type' && message.endsWith('received undefined')) return ['Field required', 'missing'];
  return [message, code];
}
