import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { escapePath, hmac, sha256Hex, signingKey } from '../../../lib/adapters/aws/sign-request.ts';

/** What the AWS SDK signs with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Credentials for one start of the platform. */
export function newCredentials(): Credentials {
  return { accessKeyId: `LOCAL${randomBytes(12).toString('hex')}`, secretAccessKey: randomBytes(32).toString('hex') };
}

const form =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Whether a request was signed with these credentials (AWS Signature Version 4). Its body stands in by `x-amz-content-sha256`, which the SDK
 * signs: who can send a signed head knows the secret.
 */
export function isSigned(request: IncomingMessage, credentials: Credentials): boolean {
  const { authorization = '', 'x-amz-date': date, 'x-amz-content-sha256': bodyHash } = request.headers;
  const [, accessKeyId, day = '', region = '', service = '', names = '', signature = ''] =
    form.exec(authorization) ?? [];
  if (accessKeyId !== credentials.accessKeyId || typeof date !== 'string' || typeof bodyHash !== 'string') return false;
  const signedHeaders = names.split(';');
  if (!signedHeaders.includes('host') || !signedHeaders.includes('x-amz-content-sha256')) return false;
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const canonical = [
    request.method,
    escapePath(path),
    query,
    ...signedHeaders.map((name) => `${name}:${valueOf(request, name)}`),
    '',
    names,
    bodyHash,
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = signingKey(credentials.secretAccessKey, scope);
  const expected = hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256Hex(canonical)].join('\n'));
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}

function valueOf({ headers }: IncomingMessage, name: string): string {
  return String(headers[name] ?? '')
    .trim()
    .replaceAll(/ +/g, ' ');
}
