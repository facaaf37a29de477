import { reachOfHost } from '../tools/addresses.ts';
import { type Upstream, type UpstreamAnswer, UpstreamFailure } from './ports.ts';

interface Guarded {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Limits {
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
  readonly maxRedirects?: number;
}

/**
 * One request to an address that somebody else has named, answered with its whole text.
 * @throws UpstreamFailure: `refused-address` for plain HTTP to a public host too, `too-large`, `timeout`.
 */
export async function sendGuarded(
  upstream: Upstream,
  request: Guarded,
  { maxBytes = 200_000, timeoutMs = 5_000, ...redirects }: Limits = {},
): Promise<Pick<UpstreamAnswer, 'status' | 'headers'> & { readonly text: string }> {
  const { host } = new URL(request.url);
  if (!isSafeUrl(request.url)) throw new UpstreamFailure('refused-address', `${host} is reached by https alone`);
  const signal = AbortSignal.timeout(timeoutMs);
  const answer = await upstream.send({
    ...request,
    ...redirects,
    guarded: true,
    headTimeoutMs: timeoutMs,
    signal,
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new UpstreamFailure('too-large', `${host} answered more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return { status: answer.status, headers: answer.headers, text: Buffer.concat(chunks).toString('utf8') };
}

/** https, or plain HTTP on loopback and in private networks, where the operator allows those. */
export function isSafeUrl(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && reachOfHost(hostname) === 'private');
}
