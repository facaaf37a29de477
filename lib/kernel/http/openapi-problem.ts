import { describeProblem, type ProblemType, problemTypes } from '../errors/problem.ts';
import type { Json } from './openapi-schema.ts';

const text = (maxLength: number): Json => ({ type: 'string', maxLength });
const count: Json = { type: 'integer', format: 'int64', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const codes = [...new Set(problemTypes.map((type) => describeProblem(type).code))];

/** The one shape of every refusal. Later versions may add members and codes. */
export const problemSchema: Json = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['type', 'title', 'status', 'detail', 'instance', 'error_code', 'request_id'],
  properties: {
    type: { ...text(200), format: 'uri', example: 'urn:mcp-platform:problem:not-found' },
    title: text(200),
    status: { type: 'integer', format: 'int32', minimum: 400, maximum: 599 },
    detail: { ...text(10_000), description: 'What happened and what to do, in a sentence.' },
    instance: { ...text(10_000), description: 'The path of the request.' },
    error_code: { ...text(64), description: `One of ${codes.join(', ')}.` },
    request_id: { ...text(128), description: 'As in the header X-Request-Id.' },
    required_permission: { ...text(64), description: 'With 403: the permission that the credential lacks.' },
    resource_type: { ...text(64), description: 'With 404.' },
    resource_id: { ...text(10_000), description: 'With 404.' },
    retry_after: { ...count, description: 'Seconds, with 429 and where trying again helps.' },
    limit: { ...count, description: 'With a quota that is used up: how many there may be.' },
    // Of a quota of money, dollars and cents.
    used: { type: 'number', minimum: 0, description: 'With a quota that is used up: how many there are.' },
    line: { ...count, description: 'Where JSON breaks, from 1.' },
    column: { ...count, description: 'Where JSON breaks, from 1.' },
    errors: {
      type: 'array',
      maxItems: 100,
      description: 'With 422: everything that is wrong, up to a hundred places.',
      items: {
        type: 'object',
        required: ['loc', 'pointer', 'msg', 'type'],
        properties: {
          loc: {
            type: 'array',
            maxItems: 1_000_000,
            description: 'The place as a list; its first part is body, query, path or header.',
            items: { anyOf: [text(1_000_000), count] },
          },
          pointer: { ...text(1_000_000), description: 'JSON Pointer (RFC 6901) into that part.' },
          msg: text(10_000),
          type: text(64),
        },
      },
    },
  },
};

/** An answer of one status. */
export interface Described {
  readonly description: string;
  readonly headers: Json;
  readonly content?: Json;
}

/** The answers of a set of problems, by status. */
export function refusals(
  types: readonly ProblemType[],
  headersOf: (status: number) => Json,
  alsoAs?: Json,
): Record<string, Described> {
  const problem = { schema: { $ref: '#/components/schemas/Problem' } };
  const byStatus = Map.groupBy(new Set(types), (type) => describeProblem(type).status);
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        description: `${same.map((type) => describeProblem(type).title).join('; ')}.`,
        headers: headersOf(status),
        content: { 'application/problem+json': problem, ...(alsoAs && { 'application/json': { schema: alsoAs } }) },
      },
    ]),
  );
}
