import * as z from 'zod';
import type { ProblemType } from '../errors/problem.ts';
import type { Declaration, EndpointDeclaration, StreamDeclaration } from '../lambda/declaration.ts';
import { isIdempotent } from './idempotency.ts';
import { answerHeaders, headerComponents, headerParameters, isTagged } from './openapi-headers.ts';
import { type Described, problemSchema, refusals } from './openapi-problem.ts';
import { Components, type Json, membersOf } from './openapi-schema.ts';

type HttpDeclaration = EndpointDeclaration | StreamDeclaration;

/** One HTTP function, as far as its description needs it. */
export interface DescribedFunction {
  readonly id: string;
  /** Its tag. */
  readonly subject: string;
  readonly declaration: Extract<Declaration, { kind: 'endpoint' | 'stream' }>;
}

/** The OpenAPI 3.1 document of a set of functions. Schemas with an id become components. */
export function openapiDocument(functions: readonly DescribedFunction[], version: string): Json {
  const components = new Components();
  components.schemas['Problem'] = problemSchema;
  const paths: Record<string, Json> = {};
  for (const described of functions) {
    const { method, path } = splitRoute(described.declaration.route);
    (paths[path] ??= {})[method.toLowerCase()] = operation(described, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'MCP Platform',
      version,
      description: 'Register, analyse, deploy and reach MCP servers.',
      license: { name: 'MIT', identifier: 'MIT' },
      contact: { name: 'The operator of this installation' },
    },
    tags: [...new Set(functions.map(({ subject }) => subject))]
      .toSorted()
      .map((name) => ({ name, description: `Operations of ${name}.` })),
    paths,
    components: {
      schemas: components.schemas,
      headers: headerComponents,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'An access token (a JWT, checked as RFC8725 advises), or an API key.',
        },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

export function splitRoute(route: string): { method: string; path: string } {
  const space = route.indexOf(' ');
  return { method: route.slice(0, space), path: route.slice(space + 1) };
}

function operation({ id, subject, declaration }: DescribedFunction, components: Components): Json {
  const { summary, permission, params, query, queryCredential } = declaration;
  return {
    operationId: id,
    summary,
    tags: [subject],
    description: accessSentence(permission),
    ...(permission.includes(':') && { 'x-permission': permission }),
    security: securityOf(permission),
    parameters: [
      ...parametersOf('path', params),
      ...parametersOf('query', query),
      ...(queryCredential === true ? [ticket] : []),
      ...headerParameters(declaration),
    ],
    ...(declaration.body && { requestBody: requestBody(declaration, declaration.body, components) }),
    responses: merged(failures(declaration, components), successes(declaration, components)),
  };
}

function accessSentence(permission: HttpDeclaration['permission']): string {
  if (permission === 'public') return 'Takes no credential.';
  if (permission === 'recognised') return 'A credential may be sent.';
  return permission === 'authenticated' ? 'Any valid credential.' : `Requires permission \`${permission}\`.`;
}

function securityOf(permission: HttpDeclaration['permission']): Json[] {
  if (permission === 'public') return [{}];
  return [...(permission === 'recognised' ? [{}] : []), { bearer: [] }, { apiKey: [] }];
}

const ticket: Json = {
  name: 'ticket',
  in: 'query',
  required: false,
  description: 'A one-use ticket, for clients that cannot set headers.',
  schema: { type: 'string', maxLength: 256 },
};

function parametersOf(where: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (!schema) return [];
  return membersOf(schema).map(({ name, required, schema: { description, ...member } }) => ({
    name,
    in: where,
    required: where === 'path' || required,
    ...(description !== undefined && { description }),
    schema: member,
  }));
}

function requestBody({ bodyAs }: HttpDeclaration, body: z.ZodType, components: Components): Json {
  const schema = components.add(body, 'input');
  const isText = bodyAs === 'text';
  return {
    required: !body.safeParse(undefined).success,
    // Text is read as JSON by whoever it is passed on to.
    content: {
      'application/json': { schema: isText ? { description: schema['description'] } : schema },
      ...(bodyAs === 'multipart' && { 'multipart/form-data': { schema } }),
    },
  };
}

/** One status may be a refusal and an answer (health). */
function merged(refused: Record<string, Described>, answered: Record<string, Described>): Json {
  const all: Json = { ...refused };
  for (const [status, answer] of Object.entries(answered)) {
    const other = refused[status];
    all[status] = other ? { ...answer, content: { ...other.content, ...answer.content } } : answer;
  }
  return all;
}

/** The answers that a declaration names, and 304 where the kernel gives it. */
function successes(declaration: HttpDeclaration, components: Components): Record<string, Described> {
  const main = 'output' in declaration ? declaration.output : undefined;
  const answers: Record<number, z.ZodType | undefined> = {
    [('status' in declaration ? declaration.status : undefined) ?? 200]: main,
    ...declaration.answers,
  };
  const described = Object.entries(answers).map(([status, schema]) => [
    status,
    {
      description: Number(status) === 202 ? 'Begun.' : Number(status) >= 400 ? 'Not well.' : 'Done.',
      headers: answerHeaders(declaration, Number(status)),
      ...contentOf(declaration, schema, components),
    },
  ]);
  const notModified = { description: 'The client has it already.', headers: answerHeaders(declaration, 304) };
  return { ...Object.fromEntries(described), ...(isTagged(declaration) && { 304: notModified }) };
}

function contentOf(
  declaration: HttpDeclaration,
  schema: z.ZodType | undefined,
  components: Components,
): { content?: Json } {
  if (schema instanceof z.ZodVoid) return {};
  const types = [declaration.produces ?? 'application/json', ...(declaration.alsoProduces ?? [])];
  return {
    content: Object.fromEntries(
      types.map((type) => [
        type.split(';')[0] ?? type,
        { schema: /json/.test(type) ? (schema ? components.add(schema, 'output') : {}) : rawContent },
      ]),
    ),
  };
}

const rawContent: Json = { type: 'string', maxLength: 6_291_456 };

/** The problems that a route's shape implies, and those that it names. */
function failures(declaration: HttpDeclaration, components: Components): Record<string, Described> {
  const { permission, params, body, problems = [], refusesAs } = declaration;
  const types: ProblemType[] = ['invalid-request', ...problems, 'validation-error', 'rate-limit-exceeded'];
  types.push('internal-error', 'service-unavailable', 'upstream-timeout');
  if (permission !== 'public') types.push('unauthorized');
  if (permission !== 'public' && permission !== 'authenticated') types.push('forbidden');
  if (params) types.push('not-found');
  if (body) types.push('payload-too-large', 'unsupported-media-type');
  if (isIdempotent(declaration)) types.push('request-in-progress', 'idempotency-key-reused');
  return refusals(
    types.toSorted((a, b) => a.localeCompare(b)),
    (status) => answerHeaders(declaration, status),
    refusesAs && components.add(refusesAs, 'output'),
  );
}
