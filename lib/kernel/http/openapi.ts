import * as z from 'zod';
import type { Declaration, EndpointDeclaration, StreamDeclaration } from '../lambda/declaration.ts';
import { isIdempotent } from './idempotency.ts';
import { describeProblem, type ProblemType } from '../errors/problem.ts';

type HttpDeclaration = Extract<Declaration, { kind: 'endpoint' | 'stream' }>;

/** One HTTP function, as far as its description needs it. */
export interface DescribedFunction {
  readonly id: string;
  /** Its tag. */
  readonly subject: string;
  readonly declaration: HttpDeclaration;
}

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of a set of functions. Schemas with an id become components. */
export function openapiDocument(functions: readonly DescribedFunction[], version: string): Json {
  const components: Json = { Problem: problemSchema };
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
    },
    tags: [...new Set(functions.map(({ subject }) => subject))].toSorted().map((name) => ({ name })),
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token, or an API key.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

export function splitRoute(route: string): { method: string; path: string } {
  const space = route.indexOf(' ');
  return { method: route.slice(0, space), path: route.slice(space + 1) };
}

function operation({ id, subject, declaration }: DescribedFunction, components: Json): Json {
  const { summary, permission, params, query, body, bodyAs } = declaration;
  const open = permission === 'public';
  const parameters = [
    ...parametersOf('path', params),
    ...parametersOf('query', query),
    ...(isIdempotent(declaration) ? [idempotencyKey] : []),
  ];
  return {
    operationId: id,
    summary,
    tags: [subject],
    ...(!open &&
      permission !== 'recognised' &&
      permission !== 'authenticated' && { 'x-permission': permission, description: `Permission: \`${permission}\`.` }),
    security: open ? [] : [...(permission === 'recognised' ? [{}] : []), { bearer: [] }, { apiKey: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: Object.fromEntries(
          ['application/json', ...(bodyAs === 'multipart' ? ['multipart/form-data'] : [])].map((type) => [
            type,
            { schema: schemaOf(body, 'input', components) },
          ]),
        ),
      },
    }),
    responses: { ...success(declaration, components), ...failures(declaration) },
  };
}

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same request gets the first answer again, for 24 h, and has no second effect.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function parametersOf(where: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
}

function success(declaration: EndpointDeclaration | StreamDeclaration, components: Json): Json {
  if (!('output' in declaration)) {
    return { 200: { description: 'A stream.', content: { [declaration.produces]: { schema: { type: 'string' } } } } };
  }
  const status = declaration.status ?? 200;
  if (status === 204) return { 204: { description: 'Done.' } };
  const type = declaration.produces ?? 'application/json';
  const schema =
    declaration.produces === undefined ? schemaOf(declaration.output, 'output', components) : { type: 'string' };
  return { [status]: { description: 'Done.', content: { [type]: { schema } } } };
}

/** The problems that a route's shape implies, and those that it names. */
function failures({
  permission,
  params,
  query,
  body,
  limit,
  problems = [],
}: EndpointDeclaration | StreamDeclaration): Json {
  const types: ProblemType[] = [...problems, 'internal-error', 'service-unavailable'];
  if (permission !== 'public') types.push('unauthorized');
  if (permission !== 'public' && permission !== 'authenticated') types.push('forbidden');
  if (params) types.push('not-found');
  if (body) types.push('invalid-request', 'payload-too-large', 'unsupported-media-type');
  if (body ?? query ?? params) types.push('validation-error');
  if (limit !== 'off') types.push('rate-limit-exceeded');
  const byStatus = Map.groupBy(new Set(types), (type) => describeProblem(type).status);
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, same]) => [
        status,
        {
          description: same.map((type) => describeProblem(type).title).join('; '),
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      ]),
  );
}

/** A zod schema as JSON Schema; those with an id move to the components. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const { $schema: _, $defs = {}, ...root } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  for (const [name, definition] of Object.entries($defs)) components[name] = pointToComponents(definition);
  const id = schema.meta()?.id;
  if (id === undefined) return pointToComponents(root) as Json;
  components[id] = pointToComponents(root);
  return { $ref: `#/components/schemas/${id}` };
}

function pointToComponents(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointToComponents);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'id' || typeof (value as Json)['id'] !== 'string')
      .map(([name, member]) => [
        name,
        name === '$ref' && typeof member === 'string'
          ? member.replace('#/$defs/', '#/components/schemas/')
          : pointToComponents(member),
      ]),
  );
}

const problemSchema: Json = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['type', 'title', 'status', 'detail', 'instance', 'error_code', 'request_id'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    error_code: { type: 'string' },
    request_id: { type: 'string' },
    required_permission: { type: 'string', description: 'With 403.' },
    resource_type: { type: 'string', description: 'With 404.' },
    resource_id: { type: 'string', description: 'With 404.' },
    retry_after: { type: 'integer', description: 'Seconds, with 429.' },
    errors: {
      type: 'array',
      description: 'With 422.',
      items: {
        type: 'object',
        required: ['loc', 'pointer', 'msg', 'type'],
        properties: {
          loc: { type: 'array', items: { type: ['string', 'integer'] } },
          pointer: { type: 'string' },
          msg: { type: 'string' },
          type: { type: 'string' },
        },
      },
    },
  },
};
