import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import * as addFormats from 'ajv-formats';
import { RouteTree } from '../infra/local/gateway/routes.ts';
import type { Route } from '../lib/kernel/lambda/declaration.ts';

/*
 * Holds every answer against the API's own description: its status, its type and its body must be described.
 */

type Content = Readonly<Record<string, { readonly schema?: object }>>;
interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface SeenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What the gateway itself answers in a function's place, on any path. */
const gatewayStatuses = new Set([400, 404, 405, 413, 431, 502, 504]);

/** Compiles schemas of an OpenAPI document, by the pointer to each. */
export function schemaCompiler(document: object): (pointer: string) => ValidateFunction {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true, validateSchema: false });
  addFormats.default.default(ajv);
  ajv.addVocabulary(['example', 'openapi', 'info', 'servers', 'tags', 'paths', 'components']);
  ajv.addSchema({ $id: 'api', ...document });
  const compiled = new Map<string, ValidateFunction>();
  return (pointer) => {
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: `api#${encodeURI(pointer)}` });
    compiled.set(pointer, known);
    return known;
  };
}

/** A check of answers; it says what is wrong with one, or undefined. */
export function answerCheck(document: ApiDocument) {
  const compile = schemaCompiler(document);
  const routes = new RouteTree<Operation>();
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods))
      routes.add(`${method.toUpperCase()} ${path}` as Route, operation);

  return (method: string, target: string, answer: SeenAnswer): string | undefined => {
    const path = target.split(/[?#]/)[0] ?? '';
    const match = isDecodable(path) ? routes.find(path) : undefined;
    const verb = method === 'HEAD' ? 'GET' : method;
    const operation = match?.resource.methods.get(verb);
    const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const described = operation?.responses[answer.status];
    if (described && operation && match) {
      if (answer.text === '' || method === 'HEAD') return undefined;
      const media = described.content?.[type];
      if (!media) return `content type "${type}" is not described for ${answer.status}`;
      if (!type.endsWith('json')) return undefined;
      const at = ['paths', match.resource.path, verb.toLowerCase(), 'responses', answer.status, 'content', type];
      return faultOf(compile(`${at.map(escape).join('')}/schema`), answer);
    }
    if (operation && !gatewayStatuses.has(answer.status))
      return `status ${answer.status} is not described (${Object.keys(operation.responses).join(', ')})`;
    if (answer.status < 400)
      return operation || ![204, 308].includes(answer.status) ? 'nothing describes it' : undefined;
    if (method === 'HEAD') return undefined;
    if (type !== 'application/problem+json') return `${answer.status} is no problem but "${type}"`;
    return faultOf(compile('/components/schemas/Problem'), answer);
  };
}

function faultOf(validate: ValidateFunction, { text }: SeenAnswer): string | undefined {
  if (validate(JSON.parse(text))) return undefined;
  return validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`).join('; ');
}

function escape(part: string | number): string {
  return `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}
