import * as z from 'zod';

/** An answer of OAuth's endpoints: JSON, a page or a redirect. */
export const Reply = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  text: z.string(),
});
export type Reply = z.output<typeof Reply>;

/** OAuth's own parameters are read one by one, and unknown ones are passed over (RFC 6749, section 3.1). */
export const AnyQuery = z.looseObject({});

/** What a declaration needs to send a {@link Reply}. */
export const replies = {
  output: Reply,
  statusOf: ({ status }: Reply): number => status,
  headers: ({ headers }: Reply): Record<string, string> => headers,
  textOf: ({ text }: Reply): string => text,
} as const;

/** Error codes of RFC 6749, 7009, 7591, 8628, 8707. */
type ErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'access_denied'
  | 'temporarily_unavailable'
  | 'authorization_pending'
  | 'slow_down'
  | 'expired_token'
  | 'unsupported_token_type'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata';

/** What a client did wrong, in the way that OAuth says it. */
export class OAuthError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, description: string) {
    super(description);
    this.name = 'OAuthError';
    this.code = code;
  }
}

/** OAuth's own form of a refusal (RFC 6749, section 5.2). */
const ErrorBody = z.object({ error: z.string(), error_description: z.string().optional() }).meta({ id: 'OAuthError' });

/** The refusals of endpoints that answer JSON, for their descriptions. */
export const refusals = { 400: ErrorBody, 401: ErrorBody } as const;

/** The answers of the page and its forms. */
export const pageAnswers = { 303: z.void(), 400: z.string(), 401: z.string(), 403: z.string() } as const;
/** The same where another authorization server, or a server of ours, has a part in it. */
export const farPageAnswers = { ...pageAnswers, 404: z.string(), 409: z.string(), 502: z.string() } as const;

export const TokenBody = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int(),
    refresh_token: z.string(),
    scope: z.string(),
  })
  .meta({ id: 'OAuthTokens' });

export const DeviceAuthorization = z
  .object({
    device_code: z.string(),
    user_code: z.string().meta({ description: 'For a person to compare and type; case and hyphen do not count.' }),
    verification_uri: z.url(),
    verification_uri_complete: z.url(),
    expires_in: z.int(),
    interval: z.int().meta({ description: 'Seconds between two requests to the token endpoint.' }),
  })
  .meta({ id: 'DeviceAuthorization' });

export const RegisteredClient = z
  .object({
    client_id: z.string(),
    client_id_issued_at: z.int(),
    client_name: z.string(),
    redirect_uris: z.array(z.string()),
    grant_types: z.array(z.string()),
    response_types: z.array(z.string()),
    token_endpoint_auth_method: z.literal('none'),
  })
  .meta({ id: 'OAuthClient' });

const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' };

export function jsonReply(body: object, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json', ...noStore }, text: JSON.stringify(body) };
}

/** Runs what answers with JSON; its OAuth errors become OAuth's error JSON. */
export async function answering(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return jsonReply(
      { error: error.code, error_description: error.message },
      error.code === 'invalid_client' ? 401 : 400,
    );
  }
}

/** {@link readForm} of a request that has to say that it is one. @throws OAuthError `invalid_request`. */
export function readEncodedForm(contentType: string | undefined, body: string): Readonly<Record<string, string>> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType ?? ''))
    throw new OAuthError('invalid_request', 'Send the body as application/x-www-form-urlencoded.');
  return readForm(body);
}

/** The members of a form-encoded body, each once (RFC 6749, section 3.1). @throws OAuthError `invalid_request`. */
export function readForm(text: string): Readonly<Record<string, string>> {
  const read: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in read) throw new OAuthError('invalid_request', `${name.slice(0, 40)} is sent twice.`);
    read[name] = value;
  }
  return read;
}
