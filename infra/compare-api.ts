import type { SchemaChange } from '../lib/tools/compare-keywords.ts';
import { compareSchemas } from '../lib/tools/compare-schemas.ts';

/** What of an OpenAPI document clients are built on. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

interface Operation {
  readonly operationId: string;
  readonly 'x-permission'?: string;
  readonly security: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
type Parameter = { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: unknown };
type Content = Readonly<Record<string, { readonly schema?: unknown }>>;

/**
 * What a client of `before` may stumble over in `after`, a sentence each. A request that was right must stay right, and an answer must keep what
 * it promised; new operations, optional parameters and further members of answers break nobody.
 */
export function breakingChanges(before: ApiDocument, after: ApiDocument): string[] {
  const roots = { before, after };
  return Object.entries(before.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, was]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const is = after.paths[path]?.[method];
      return is ? changesOf(roots, was, is).map((change) => `${name}: ${change}`) : [`${name} is gone`];
    }),
  );
}

/** The part of a document that a release promises: without texts, examples, headers, refusals and what only our runners call. */
export function contractOf({ paths, components }: ApiDocument): ApiDocument {
  const open = Object.entries(paths).filter(([path]) => !path.startsWith('/internal/'));
  const operations = open.map(([path, methods]) => [
    path,
    Object.fromEntries(Object.entries(methods).map(([method, operation]) => [method, promised(operation)])),
  ]);
  return { paths: Object.fromEntries(operations), components: { schemas: withoutTexts(components.schemas) as Json } };
}

type Json = Record<string, unknown>;

function promised(operation: Operation): Operation {
  const { operationId, security, parameters = [], requestBody, responses } = operation;
  const answers = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([status, { content }]) => [status, { ...(content && { content: withoutTexts(content) }) }]);
  return {
    operationId,
    ...(operation['x-permission'] !== undefined && { 'x-permission': operation['x-permission'] }),
    security,
    parameters: withoutTexts(parameters.filter((each) => each.in !== 'header')) as readonly Parameter[],
    ...(requestBody && { requestBody: withoutTexts(requestBody) as typeof requestBody }),
    responses: Object.fromEntries(answers) as Operation['responses'],
  };
}

function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([name, member]) =>
      !(['description', 'example'].includes(name) && typeof member !== 'object') && name !== 'examples',
  );
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutTexts(member)]));
}

interface Roots {
  readonly before: ApiDocument;
  readonly after: ApiDocument;
}

function changesOf(roots: Roots, was: Operation, is: Operation): string[] {
  const access = (operation: Operation) =>
    operation['x-permission'] ?? (isOpen(operation) ? 'nothing' : 'a credential');
  return [
    ...(was.operationId === is.operationId ? [] : [`operationId was ${was.operationId} and is ${is.operationId}`]),
    ...(access(was) === access(is) || access(is) === 'nothing'
      ? []
      : [`required ${access(was)} and requires ${access(is)}`]),
    ...parameterChanges(roots, was.parameters ?? [], is.parameters ?? []),
    ...bodyChanges(roots, was, is),
    ...answerChanges(roots, was, is),
  ];
}

function isOpen({ security }: Operation): boolean {
  return security.some((scheme) => Object.keys(scheme).length === 0);
}

function parameterChanges(roots: Roots, was: readonly Parameter[], is: readonly Parameter[]): string[] {
  // A header that nobody reads any more is refused nowhere.
  const own = (parameters: readonly Parameter[]) =>
    new Map(
      parameters.filter((each) => each.in !== 'header').map((each) => [`${each.in} parameter ${each.name}`, each]),
    );
  const [before, after] = [own(was), own(is)];
  const gone = [...before].flatMap(([name, old]) => {
    const now = after.get(name);
    if (!now) return [`${name} is gone and refused now`];
    const required = now.required && !old.required ? [`${name} is required now`] : [];
    return [...required, ...schemaChanges(roots, name, old.schema, now.schema, 'narrower')];
  });
  const added = [...after].filter(([name, { required }]) => required && !before.has(name));
  return [...gone, ...added.map(([name]) => `${name} is new and required`)];
}

function bodyChanges(roots: Roots, { requestBody: was }: Operation, { requestBody: is }: Operation): string[] {
  if (!is) return was ? ['the body is refused now'] : [];
  if (is.required && was?.required !== true) return ['a body is required now'];
  return Object.entries(was?.content ?? {}).flatMap(([type, { schema }]) => {
    const now = is.content[type];
    return now ? schemaChanges(roots, 'body', schema, now.schema, 'narrower') : [`a body of ${type} is refused now`];
  });
}

function answerChanges(roots: Roots, { responses: was }: Operation, { responses: is }: Operation): string[] {
  return Object.entries(was)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([status, { content = {} }]) => {
      const now = is[status];
      if (!now) return [`${status} is not answered any more`];
      return Object.entries(content).flatMap(([type, { schema }]) =>
        now.content?.[type]
          ? schemaChanges(roots, `answer ${status}`, schema, now.content[type].schema, 'wider')
          : [`${status} is not answered as ${type} any more`],
      );
    });
}

/** In answers: bounds of whole messages and what is only there to be read; and further values of a list, which clients must expect. */
const tolerated = new Set([
  'maxLength',
  'maxItems',
  'maximum',
  'minimum',
  'format',
  'enum',
  'description',
  'example',
  'examples',
]);

function schemaChanges(
  roots: Roots,
  where: string,
  was: unknown,
  is: unknown,
  breaking: 'narrower' | 'wider',
): string[] {
  return compareSchemas(rooted(was, roots.before), rooted(is, roots.after))
    .filter((change) => (breaking === 'narrower' ? breaksRequests(change) : breaksAnswers(change)))
    .map(({ path, what }) => `${where}${path.length > 0 ? ` /${path.join('/')}` : ''}: ${what}`);
}

function rooted(schema: unknown, { components }: ApiDocument): unknown {
  return flagNull({ $ref: '#/$defs/(root)', $defs: { ...components.schemas, '(root)': schema ?? {} } });
}

function breaksRequests({ path, effect }: SchemaChange): boolean {
  if (path.at(-1) === nullable) return effect === 'wider';
  return effect === 'narrower' || effect === 'different' || (effect === 'unclear' && path.at(-2) !== 'properties');
}

function breaksAnswers({ path, effect }: SchemaChange): boolean {
  if (path.at(-1) === nullable) return effect === 'narrower';
  const isNew = effect === 'wider' && path.at(-2) === 'properties';
  return ['wider', 'different', 'unclear'].includes(effect) && !isNew && !tolerated.has(String(path.at(-1)));
}

const nullable = 'x-nullable';

/** `anyOf: [X, null]` as X with a flag, so that X is compared with X. */
function flagNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(flagNull);
  if (typeof value !== 'object' || value === null) return value;
  const { anyOf, ...rest } = value as { readonly anyOf?: readonly { readonly type?: unknown }[] };
  const others = anyOf?.filter(({ type }) => type !== 'null');
  if (others?.length === 1 && anyOf?.length === 2) return flagNull({ ...rest, ...others[0], [nullable]: true });
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, name === '$ref' ? localReference(member) : flagNull(member)]),
  );
}

function localReference(reference: unknown): string {
  return String(reference).replace('#/components/schemas/', '#/$defs/');
}
