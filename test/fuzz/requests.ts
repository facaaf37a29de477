import * as fc from 'fast-check';
import { anyText, type Components, fromSchema, mostly, type Schema } from './from-schema.ts';

/** A request to be tried. */
export interface Trial {
  readonly operationId: string;
  readonly method: string;
  /** With its query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Index among the callers. */
  readonly caller: number;
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Components };
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

/** Ids of things that there are, by path parameter. */
export type Pool = Readonly<Record<string, readonly string[]>>;

/** Ends the caller's own session, after which nothing would be tried but 401. */
const endsSession = 'logout';

/** Requests for every operation of an OpenAPI document, from each of so many callers (the first is nobody). */
export function requests(document: Document, pool: Pool, callers: number): fc.Arbitrary<Trial> {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  return fc.constantFrom(...operations).chain(({ path, method, operation }) =>
    fc.record({
      operationId: fc.constant(operation.operationId),
      method: fc.oneof(
        { weight: 30, arbitrary: fc.constant(method) },
        { weight: 1, arbitrary: fc.constantFrom('GET', 'PUT', 'PATCH', 'OPTIONS', 'HEAD') },
      ),
      target: targetOf(path, operation, document.components.schemas, pool),
      headers,
      body: bodyOf(operation, document.components.schemas),
      caller: operation.operationId === endsSession ? fc.constant(0) : fc.nat({ max: callers - 1 }),
    }),
  );
}

function targetOf(
  path: string,
  { parameters = [] }: Operation,
  components: Components,
  pool: Pool,
): fc.Arbitrary<string> {
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const values = inPath.map(({ name, schema }) => {
    const known = pool[name] ?? [];
    const made = fromSchema(schema, components).map(plainText);
    return known.length === 0 ? made : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, made);
  });
  const query = fc.record(
    Object.fromEntries(inQuery.map(({ name, schema }) => [name, fromSchema(schema, components).map(plainText)])),
    { requiredKeys: [] },
  );
  const strange = fc.option(fc.tuple(anyText, anyText), { freq: 12, nil: undefined });
  return fc.tuple(fc.tuple(...values), query, strange).map(([parts, named, more]) => {
    const filled = inPath.reduce(
      (rest, { name }, index) => rest.replace(`{${name}}`, encoded(parts[index] ?? '')),
      path,
    );
    const pairs = [...Object.entries(named), ...(more ? [more] : [])].map(
      ([name, value]) => `${encoded(name)}=${encoded(value ?? '')}`,
    );
    return pairs.length === 0 ? filled : `${filled}?${pairs.join('&')}`;
  });
}

const headerText = anyText.map((text) => text.replaceAll(/[^\t\x20-\x7e\xa0-\xff]/g, '').slice(0, 500));
const headers: fc.Arbitrary<Record<string, string>> = fc.record(
  {
    'content-type': fc.oneof(
      { weight: 12, arbitrary: fc.constant('application/json') },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          'text/plain',
          'multipart/form-data',
          'multipart/form-data; boundary=x',
          'application/json; charset=utf-16',
        ),
      },
    ),
    accept: fc.constantFrom('application/json, text/event-stream', '*/*', 'text/html'),
    'accept-encoding': fc.constantFrom('gzip', 'identity', 'br;q=1, *;q=0'),
    'idempotency-key': headerText,
    'if-match': headerText,
    'if-none-match': fc.oneof(fc.constant('*'), headerText),
    'x-request-id': headerText,
    'last-event-id': headerText,
    'mcp-session-id': headerText,
    origin: fc.oneof(fc.constantFrom('https://elsewhere.example', 'null'), headerText),
    'x-forwarded-for': headerText,
  },
  { requiredKeys: ['content-type', 'accept'] },
);

function bodyOf({ requestBody }: Operation, components: Components): fc.Arbitrary<string | undefined> {
  const schema = requestBody?.content['application/json']?.schema;
  if (!schema) return fc.constant(undefined);
  const json = fromSchema(schema, components).map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 20, arbitrary: json },
    { weight: 2, arbitrary: fc.tuple(json, fc.nat()).map(([whole, at]) => whole.slice(0, at % (whole.length + 1))) },
    { weight: 1, arbitrary: mostly(anyText).map(plainText) },
  );
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
