import { type Upstream, UpstreamFailure } from '../upstream/ports.ts';
import { sendGuarded } from '../upstream/send-guarded.ts';
import { OAuthError } from './reply.ts';

const limits = { maxBytes: 10_240, timeoutMs: 3000, maxRedirects: 0 };
const keptMs = 300_000;
const maxKept = 200;

const kept = new Map<string, { readonly until: number; readonly document: unknown }>();

/**
 * Client id metadata document (draft-ietf-oauth-client-id-metadata-document): from the public internet alone, without redirects, at most 10 KB, within 3 s; kept for
 * 5 minutes.
 * @throws OAuthError `invalid_client`.
 */
export async function fetchDocument(upstream: Upstream, id: string): Promise<unknown> {
  if (!isDocumentUrl(id)) throw unusable('is not an https URL with a path, or has parts that it must not have');
  const known = kept.get(id);
  if (known && known.until > Date.now()) return known.document;
  const document = await read(upstream, id);
  kept.delete(id);
  kept.set(id, { until: Date.now() + keptMs, document });
  const oldest = kept.keys().next();
  if (kept.size > maxKept && !oldest.done) kept.delete(oldest.value);
  return document;
}

/** https, a path, one spelling; no user info, fragment, port tricks or dot segments. */
export function isDocumentUrl(id: string): boolean {
  const url = URL.parse(id);
  return (
    url?.href === id &&
    url.protocol === 'https:' &&
    url.pathname !== '/' &&
    url.username === '' &&
    url.password === '' &&
    !id.includes('#') &&
    !/%2e/i.test(id) &&
    id.length <= 500
  );
}

async function read(upstream: Upstream, url: string): Promise<unknown> {
  try {
    const headers = { accept: 'application/json' };
    const answer = await sendGuarded(upstream, { url, method: 'GET', headers }, limits);
    if (answer.status !== 200) throw unusable(`answers ${answer.status}`);
    return JSON.parse(answer.text);
  } catch (error) {
    if (error instanceof OAuthError) throw error;
    if (error instanceof SyntaxError) throw unusable('is not JSON');
    if (error instanceof UpstreamFailure)
      throw unusable(error.kind === 'too-large' ? `has more than ${limits.maxBytes} bytes` : 'cannot be read');
    throw error;
  }
}

function unusable(why: string): OAuthError {
  return new OAuthError('invalid_client', `The client's document ${why}.`);
}
