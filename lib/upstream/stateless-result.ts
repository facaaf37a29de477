import { codes, errorText, isObject, type Params, type Response, resultText, type RpcError } from './json-rpc.ts';
import type { Handshake } from './server-answers.ts';
import { metaKeys } from './stateless-request.ts';

/** Answers that a client may keep; for no time, since the server behind cannot say for how long. */
const cacheable = new Set([
  'server/discover',
  'tools/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'prompts/list',
]);

/** The text of an answer in the form that revision 2026-07-28 gives it. */
export function answerText(
  id: string | number,
  { result, error }: Pick<Response, 'result' | 'error'>,
  method: string,
  facts: Pick<Handshake, 'serverInfo'>,
): string {
  if (error !== undefined) return errorText(id, modern(error));
  if (!isObject(result))
    return errorText(id, { code: codes.internal, message: "The server's result is not an object" });
  return resultText(id, finished(result, method, facts));
}

/** What every result of this revision carries. */
export function finished(result: Params, method: string, { serverInfo }: Pick<Handshake, 'serverInfo'>): Params {
  const meta = isObject(result['_meta']) ? result['_meta'] : {};
  return {
    ...(cacheable.has(method) ? { ttlMs: 0, cacheScope: 'private' } : {}),
    resultType: 'complete',
    ...result,
    _meta: { ...meta, [metaKeys.serverInfo]: serverInfo },
  };
}

function modern(error: RpcError): RpcError {
  return error.code === codes.resourceNotFound ? { ...error, code: codes.invalidParams } : error;
}
