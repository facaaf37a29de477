import type { CallOptions } from '../harness.ts';
import type { Trial } from './requests.ts';

const patienceMs = 5000;
const slow = 'took more than 5 s, twice';
/** What an error must not tell of the inside. */
const inside =
  /node_modules|\.[cm]?[tj]s:\d|\n\s+at |\bat \w+ \(|\bER_[A-Z_]{4,}|Mongo(Server|Network)|SQLSTATE|ECONN|lib\/adapters|TypeError|ZodError|is not a function|Cannot read|argon2id|dynalite/;

/** Sends a request and answers what is wrong with the answer; undefined when nothing is. What was slow is asked again: the machine may have been busy. */
export async function faultOf(url: string, trial: Trial, credential: CallOptions): Promise<string | undefined> {
  const fault = await faultOfOne(url, trial, credential);
  return fault === slow ? faultOfOne(url, trial, credential) : fault;
}

async function faultOfOne(url: string, trial: Trial, credential: CallOptions): Promise<string | undefined> {
  const startedAt = performance.now();
  const leaving = new AbortController();
  const timer = setTimeout(() => leaving.abort(), patienceMs + 1000);
  try {
    const response = await send(url, trial, credential, leaving.signal);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const text = isStream ? '' : await response.text();
    const ms = performance.now() - startedAt;
    if (ms > patienceMs) return slow;
    return response.status < 400 ? faultOfSuccess(response, text) : faultOfProblem(response, text, trial);
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return slow;
    throw error;
  } finally {
    clearTimeout(timer);
    leaving.abort();
  }
}

function send(
  url: string,
  { method, target, headers, body }: Trial,
  { token, apiKey }: CallOptions,
  signal: AbortSignal,
) {
  const takesBody = method !== 'GET' && method !== 'HEAD' && body !== undefined;
  return fetch(url + target, {
    method,
    redirect: 'manual',
    signal,
    headers: {
      ...headers,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    },
    ...(takesBody && { body }),
  });
}

function faultOfSuccess(response: Response, text: string): string | undefined {
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  if (isJson && text !== '' && !parses(text)) return `answered ${response.status} with broken JSON`;
  if (response.headers.get('x-request-id') === null) return `answered ${response.status} without X-Request-Id`;
  return undefined;
}

function faultOfProblem(response: Response, text: string, { method, target }: Trial): string | undefined {
  const { status, headers } = response;
  const shown = `${status} ${text.slice(0, 300)}`;
  if (status >= 500) return `answered ${shown}`;
  if (method === 'HEAD') return undefined;
  // An MCP client hears JSON-RPC.
  if (target.startsWith('/mcp/') && parses(text)?.['jsonrpc'] === '2.0') return undefined;
  if (isOAuthRefusal(target, headers.get('content-type') ?? '', text))
    return inside.test(text) ? `tells of the inside: ${shown}` : undefined;
  if (headers.get('content-type') !== 'application/problem+json') return `answered no problem: ${shown}`;
  const problem = parses(text);
  if (!problem || !isProblem(problem, status, headers.get('x-request-id')))
    return `answered a malformed problem: ${shown}`;
  const needed = { 401: 'www-authenticate', 405: 'allow', 429: 'retry-after' }[status];
  if (needed !== undefined && !headers.has(needed)) return `answered ${status} without ${needed}`;
  return inside.test(String(problem['detail'])) ? `tells of the inside: ${shown}` : undefined;
}

/** OAuth's endpoints refuse as OAuth says: its error JSON, and pages for people (RFC 6749, sections 4.1.2.1 and 5.2). */
function isOAuthRefusal(target: string, contentType: string, text: string): boolean {
  if (!target.startsWith('/oauth/')) return false;
  return contentType.startsWith('text/html') || typeof parses(text)?.['error'] === 'string';
}

function isProblem(problem: Record<string, unknown>, status: number, requestId: string | null): boolean {
  const texts = ['type', 'title', 'detail', 'instance', 'error_code', 'request_id'];
  return (
    texts.every((name) => typeof problem[name] === 'string') &&
    problem['status'] === status &&
    problem['request_id'] === requestId &&
    (status !== 422 || problem['errors'] === undefined || Array.isArray(problem['errors']))
  );
}

function parses(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
