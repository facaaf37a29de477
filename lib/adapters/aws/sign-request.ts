import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Those of the environment, which are replaced there while a process runs: to be looked up for each request. */
export function environmentCredentials(env = process.env): AwsCredentials | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return undefined;
  return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: AWS_SESSION_TOKEN };
}

export interface SignedCall {
  readonly service: string;
  readonly region: string;
  /** By lower-case name; all are signed. `host` must be among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Default POST. */
  readonly method?: string;
  /** Escaped once; default `/`. */
  readonly path?: string;
  readonly at: Date;
}

/**
 * Signature Version 4 (AWS General Reference) of a request without a query, by default a POST to `/`, which is how AWS's JSON services are called: the headers to send, with
 * `authorization`, `x-amz-date`, `x-amz-content-sha256` and, for temporary credentials, `x-amz-security-token`.
 */
export function signRequest(
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  { service, region, headers, body, at, method = 'POST', path = '/' }: SignedCall,
): Record<string, string> {
  const stamp = at.toISOString().replace(/[-:]|\.\d+/g, '');
  const day = stamp.slice(0, 8);
  const bodyHash = sha256Hex(body);
  const sent: Record<string, string> = {
    ...headers,
    'x-amz-date': stamp,
    'x-amz-content-sha256': bodyHash,
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(sent).toSorted();
  const signedHeaders = names.join(';');
  const canonical = [
    method,
    escapePath(path),
    '',
    ...names.map((name) => `${name}:${sent[name]?.trim()}`),
    '',
    signedHeaders,
    bodyHash,
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = signingKey(secretAccessKey, scope);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', stamp, scope, sha256Hex(canonical)].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return { ...sent, authorization };
}

/** By service: keys are good for a day and a region, and a process speaks to few services. */
const derived = new Map<
  string,
  { readonly secretAccessKey: string; readonly scope: string; readonly key: KeyObject }
>();

/** Good for a day, a region and a service: the last one of each service is kept. */
export function signingKey(secretAccessKey: string, scope: string): KeyObject {
  const service = scope.split('/')[2] ?? '';
  const known = derived.get(service);
  if (known?.secretAccessKey === secretAccessKey && known.scope === scope) return known.key;
  // Bytes would be made a key object again for each request, which takes eight times as long as the code itself.
  const key = createSecretKey(scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`) as Buffer);
  derived.set(service, { secretAccessKey, scope, key });
  return key;
}

/** AWS escapes a path a second time, except for S3. */
export function escapePath(path: string): string {
  return path
    .split('/')
    .map((segment) =>
      encodeURIComponent(segment).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join('/');
}

export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex');
}

export function hmac(key: string | Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
