import { createHash } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { correlated } from '../log/correlation.ts';
import type { EndpointDeclaration, StreamDeclaration } from '../lambda/declaration.ts';
import { currentRuntime } from '../lambda/runtime.ts';
import type { Caller } from './caller.ts';
import { type Answer, correlationOf, type RequestContext } from './request-context.ts';
import { derivedIds } from '../ids.ts';
import { invalid, Problem } from '../errors/problem.ts';
import type { Claim, IdempotencyStore, KeptAnswer } from './idempotency-store.ts';

const maxKeyLength = 255;

/** Whether an endpoint takes Idempotency-Key. */
export function isIdempotent(declaration: EndpointDeclaration | StreamDeclaration): boolean {
  const { route, permission, idempotent } = declaration;
  const takesCaller = permission !== 'public' && permission !== 'recognised';
  return 'output' in declaration && (idempotent ?? (route.startsWith('POST ') && takesCaller));
}

/**
 * Runs a request once per Idempotency-Key, credential and endpoint; the same again gets the first answer, byte for byte. What was refused or failed runs again:
 * the next answer depends on what the credential may do then.
 * @throws Problem `idempotency-key-reused`, `request-in-progress`.
 */
export async function once(
  requestContext: RequestContext,
  context: Context,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const { facts, caller, functionId } = requestContext;
  const header = facts.headers['idempotency-key'];
  if (header === undefined || caller === undefined) return run();
  const store = await currentRuntime().idempotency();
  const key = sha256(functionId, caller.userId, credentialOf(caller), readKey(header));
  const claimed = await store.claim(key, fingerprintOf(requestContext), context.getRemainingTimeInMillis());
  switch (claimed.state) {
    case 'answered':
      return replay(claimed.answer);
    case 'different':
      throw new Problem('idempotency-key-reused', { detail: 'Use a new Idempotency-Key for a different request.' });
    case 'running':
      throw inProgress(claimed.retrySeconds);
    case 'ours':
      return runClaimed(store, claimed.claim, requestContext, run);
  }
}

async function runClaimed(
  store: IdempotencyStore,
  claim: Claim,
  requestContext: RequestContext,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const { report } = requestContext;
  const ids = derivedIds(claim.seed, claim.firstRunAt.getTime());
  try {
    const answer = await correlated({ ...correlationOf(requestContext), ids }, run);
    await keep(store, claim, requestContext, answer);
    return answer;
  } catch (error) {
    await store
      .release(claim)
      .catch((cause: unknown) =>
        report.warn('The Idempotency-Key stays claimed until its run is over.', { error: cause }),
      );
    throw error;
  }
}

/** A key's answer is not for a weaker key of the same person. */
function credentialOf({ sessionId, apiKey, application }: Caller): string {
  return sessionId ?? apiKey?.id ?? application?.grantId ?? '';
}

async function keep(store: IdempotencyStore, claim: Claim, { report }: RequestContext, answer: Answer): Promise<void> {
  if (typeof answer.body !== 'string') throw new TypeError('Only an answer in text can be kept.');
  await store.keep(claim, { ...answer, body: answer.body }).catch((error: unknown) =>
    // The effect is there and the client gets it; who repeats the request runs it with the same ids.
    report.warn('The answer of a request with an Idempotency-Key was not kept.', { error }),
  );
}

function replay(answer: KeptAnswer | 'too-large'): Answer {
  if (answer !== 'too-large') return { ...answer, headers: { ...answer.headers, 'idempotent-replayed': 'true' } };
  throw new Problem('conflict', { detail: 'The request was carried out; its answer was too large to be kept.' });
}

function inProgress(retrySeconds: number): Problem {
  return new Problem('request-in-progress', {
    detail: 'The first request with this Idempotency-Key has not been answered yet.',
    extra: { retry_after: retrySeconds },
    headers: { 'retry-after': String(retrySeconds) },
  });
}

function readKey(header: string): string {
  if (header !== '' && header.length <= maxKeyLength) return header;
  throw invalid([
    { loc: ['header', 'idempotency-key'], pointer: '', msg: `1 to ${maxKeyLength} characters`, type: 'too_big' },
  ]);
}

function fingerprintOf({ facts, event }: RequestContext): string {
  const { method, path, search } = facts;
  return sha256(method, path, search, facts.headers['if-match'] ?? '', event.body ?? '');
}

function sha256(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  // Lengths keep the parts apart.
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest('hex');
}
