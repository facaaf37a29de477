/**
 * The closed set of errors that a client may see (RFC 9457). `code` is the contract's `error_code`; the key is the last
 * part of `type`. Anything else that is thrown is a bug and answers a bland `internal-error`.
 */
const problems = {
  'invalid-request': [400, 'INVALID_REQUEST', 'The request could not be read'],
  unauthorized: [401, 'UNAUTHORIZED', 'Authentication is required'],
  'invalid-credentials': [401, 'UNAUTHORIZED', 'Wrong user name or password'],
  'totp-required': [401, 'UNAUTHORIZED', 'A second factor is required'],
  'password-change-required': [401, 'UNAUTHORIZED', 'The password has to be changed first'],
  'invalid-refresh-token': [401, 'UNAUTHORIZED', 'The refresh token is not valid'],
  forbidden: [403, 'FORBIDDEN', 'Not allowed'],
  'account-required': [403, 'FORBIDDEN', 'An account at the remote server is needed'],
  'registration-closed': [403, 'FORBIDDEN', 'Registration is closed'],
  'invalid-invite': [403, 'FORBIDDEN', 'The invitation is not valid'],
  'not-found': [404, 'NOT_FOUND', 'Not found'],
  'method-not-allowed': [405, 'METHOD_NOT_ALLOWED', 'Method not allowed'],
  conflict: [409, 'CONFLICT', 'Conflict'],
  'request-in-progress': [409, 'CONFLICT', 'The request with this Idempotency-Key is still running'],
  'slug-taken': [409, 'CONFLICT', 'The slug is taken'],
  'user-exists': [409, 'CONFLICT', 'The user name or e-mail address is taken'],
  'last-admin': [409, 'CONFLICT', 'There would be no admin left'],
  'deployment-exists': [409, 'CONFLICT', 'The tool is deployed already'],
  'deployments-running': [409, 'CONFLICT', 'Deployments of the tool are running'],
  'precondition-failed': [412, 'PRECONDITION_FAILED', 'The resource has changed'],
  'payload-too-large': [413, 'PAYLOAD_TOO_LARGE', 'The request is too large'],
  'unsupported-media-type': [415, 'UNSUPPORTED_MEDIA_TYPE', 'Unsupported media type'],
  'validation-error': [422, 'VALIDATION_ERROR', 'The request is not valid'],
  'idempotency-key-reused': [422, 'VALIDATION_ERROR', 'The Idempotency-Key belongs to another request'],
  'package-not-deployable': [422, 'VALIDATION_ERROR', 'This kind of package cannot be deployed'],
  'quota-exceeded': [409, 'CONFLICT', 'A quota is used up'],
  'rate-limit-exceeded': [429, 'RATE_LIMIT_EXCEEDED', 'Too many requests'],
  'internal-error': [500, 'INTERNAL_ERROR', 'Something went wrong on our side'],
  'upstream-error': [502, 'UPSTREAM_ERROR', 'A service that we depend on failed'],
  'service-unavailable': [503, 'SERVICE_UNAVAILABLE', 'Temporarily unavailable'],
  'upstream-timeout': [504, 'UPSTREAM_TIMEOUT', 'A service that we depend on did not answer in time'],
} as const satisfies Record<string, readonly [status: number, code: string, title: string]>;

export type ProblemType = keyof typeof problems;
export const problemTypes = Object.keys(problems) as readonly ProblemType[];

/** One thing that is wrong with the input. `loc` is the path as a list (its first part says where: body, query, path). */
export interface FieldError {
  readonly loc: readonly (string | number)[];
  /** JSON Pointer (RFC 6901) into that part. */
  readonly pointer: string;
  readonly msg: string;
  readonly type: string;
  /** Where it stands in a file that was sent, from 1. */
  readonly line?: number;
  readonly column?: number;
}

export interface ProblemOptions {
  /** Public. Never holds a vendor's message, a secret or an internal name. */
  readonly detail?: string;
  /** Logged, never sent. */
  readonly cause?: unknown;
  /** Members that the contract adds: `errors`, `required_permission`, `resource_type`, `retry_after`, … */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Problem extends Error {
  readonly type: ProblemType;
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly options: ProblemOptions;

  constructor(type: ProblemType, options: ProblemOptions = {}) {
    const [status, code, title] = problems[type];
    super(options.detail ?? title, { cause: options.cause });
    this.name = 'Problem';
    this.type = type;
    this.status = status;
    this.code = code;
    this.title = title;
    this.options = options;
  }
}

/** Status, code and title of a problem type, for documents that describe it. */
export function describeProblem(type: ProblemType): { status: number; code: string; title: string } {
  const [status, code, title] = problems[type];
  return { status, code, title };
}

/** 404 for a thing that is missing or that the caller may not know of: the two answer alike. */
export function notFound(resourceType: string, resourceId: string): Problem {
  return new Problem('not-found', {
    detail: `There is no such ${resourceType}.`,
    extra: { resource_type: resourceType, resource_id: resourceId },
  });
}

export function invalid(errors: readonly FieldError[]): Problem {
  const first = errors[0];
  return new Problem('validation-error', {
    detail: first ? `${first.loc.join('.')}: ${first.msg}` : 'The request is not valid.',
    extra: { errors },
  });
}

/** A 422 about one member of the body, for rules that a schema cannot express. */
export function invalidField(path: readonly (string | number)[], msg: string, type: string): Problem {
  return invalid([{ loc: ['body', ...path], pointer: pointer(path), msg, type }]);
}

/** JSON Pointer (RFC 6901) of a path. */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The answer's body: `application/problem+json`. */
export function problemBody(problem: Problem, instance: string, requestId: string): Record<string, unknown> {
  return {
    type: `urn:mcp-platform:problem:${problem.type}`,
    title: problem.title,
    status: problem.status,
    detail: problem.options.detail ?? problem.title,
    instance,
    error_code: problem.code,
    request_id: requestId,
    ...problem.options.extra,
  };
}

/** Whatever was thrown, as something that a client may see. */
export function toProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('internal-error', { cause: error });
}
