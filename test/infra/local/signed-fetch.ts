import { signRequest } from '../../../lib/adapters/aws/sign-request.ts';
import { credentials } from './temporary-state.ts';

/** A request that is signed as the AWS SDK does it, of whatever it asks. */
export async function signedFetch(
  url: string,
  {
    method = 'GET',
    body = '',
    headers = {},
  }: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const { host, pathname } = new URL(url);
  const { host: _, ...signed } = signRequest(credentials, {
    service: 'execute-api',
    region: 'us-east-1',
    headers: { ...headers, host },
    method,
    path: pathname,
    body,
    at: new Date(),
  });
  return fetch(url, { method, headers: signed, ...(body !== '' && { body }) });
}
