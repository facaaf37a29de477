import type { EndpointDeclaration, StreamDeclaration } from '../lambda/declaration.ts';
import { isIdempotent } from './idempotency.ts';
import type { Json } from './openapi-schema.ts';

/*
 * The headers that the kernel itself obeys and sends, for the description of every operation.
 */

type HttpDeclaration = EndpointDeclaration | StreamDeclaration;

const text = (maxLength: number, more: Json = {}): Json => ({ type: 'string', maxLength, ...more });
const header = (name: string, description: string, schema: Json): Json => ({
  name,
  in: 'header',
  required: false,
  description,
  schema,
});

const requestId = header(
  'X-Request-Id',
  "Correlates: it comes back in the answer and stands in every log line that the request causes. Anything else than these characters is replaced by an id of the platform's.",
  text(128, { minLength: 1, pattern: '^[A-Za-z0-9._-]{1,128}$' }),
);
const idempotencyKey = header(
  'Idempotency-Key',
  'The same key with the same request gets the first answer again, for 24 h, and has no second effect.',
  text(255, { minLength: 1 }),
);
const ifMatch = header(
  'If-Match',
  'The ETag of the revision that is meant; another one than the present one answers 412.',
  text(1000),
);
const ifNoneMatch = header('If-None-Match', 'ETags that the client has; a match answers 304.', text(10_000));

const ref = (name: string): Json => ({ $ref: `#/components/headers/${name}` });

/** Spelled out at each operation: not every reader of such documents follows a reference here. */
export function headerParameters(declaration: HttpDeclaration): Json[] {
  const { requestHeaders = {} } = declaration;
  return [
    requestId,
    ...(isIdempotent(declaration) ? [idempotencyKey] : []),
    ...(obeysIfMatch(declaration) ? [ifMatch] : []),
    ...(isTagged(declaration) ? [ifNoneMatch] : []),
    ...Object.entries(requestHeaders).map(([name, description]) => header(name, description, text(10_000))),
  ];
}

/** A 412 comes of If-Match alone. */
function obeysIfMatch({ problems = [] }: HttpDeclaration): boolean {
  return problems.includes('precondition-failed');
}

/** Whether the kernel gives an ETag, and answers 304 to a client that has it. */
export function isTagged(declaration: HttpDeclaration): boolean {
  return 'output' in declaration && declaration.route.startsWith('GET ');
}

const answer = (description: string, schema: Json): Json => ({ description, schema });
const seconds: Json = { type: 'integer', format: 'int32', minimum: 0, maximum: 2_147_483_647 };

/** The headers components of a document, by their names there. */
export const headerComponents: Json = {
  'X-Request-Id': answer("The client's id of the request, or the platform's.", text(128)),
  RateLimit: answer(
    'Requests that are left (`r`) and seconds until there are more (`t`); draft-ietf-httpapi-ratelimit-headers.',
    text(100, { example: '"default";r=119;t=60' }),
  ),
  'RateLimit-Policy': answer(
    'Requests (`q`) in a window of seconds (`w`).',
    text(100, { example: '"default";q=120;w=60' }),
  ),
  'Access-Control-Allow-Origin': answer('The origin that may read the answer, if it is one that may.', text(2048)),
  'Retry-After': answer('Seconds to wait.', seconds),
  'WWW-Authenticate': answer('How to authenticate (RFC 9110, RFC 9728).', text(2048)),
  ETag: answer('Names this state of the thing, for If-Match and If-None-Match.', text(200)),
  Location: answer('The address of what was made.', text(2048)),
  'Idempotent-Replayed': answer('`true` on the answer of an earlier request with the same Idempotency-Key.', {
    type: 'string',
    enum: ['true'],
  }),
};

/** The headers that an answer of this status may carry. */
export function answerHeaders(declaration: HttpDeclaration, status: number): Json {
  const names = ['X-Request-Id', 'RateLimit', 'RateLimit-Policy', 'Access-Control-Allow-Origin'];
  if (status === 401) names.push('WWW-Authenticate');
  if ([409, 429, 503].includes(status)) names.push('Retry-After');
  if (status === 201 || status === 202) names.push('Location');
  if (status < 400 && (isTagged(declaration) || obeysIfMatch(declaration))) names.push('ETag');
  if (status < 500 && isIdempotent(declaration)) names.push('Idempotent-Replayed');
  return Object.fromEntries(names.map((name) => [name, ref(name)]));
}
