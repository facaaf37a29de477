import type { Deployment } from '../deployments/ports.ts';
import { Problem } from '../kernel/errors/problem.ts';
import { codes, isObject, type Params, type Request } from '../upstream/json-rpc.ts';
import { withoutEnvelope } from '../upstream/stateless-request.ts';
import { answerAccountNeeded, type Answered } from './account/answer-account-needed.ts';
import { firstByteMs } from './answer-in-time.ts';
import type { Forwarding, ForwardServices } from './forward.ts';
import { withServer } from './served-tools.ts';
import type { SessionPlace } from './session-id.ts';

/**
 * Asks a server in a session that the platform opens for this one request.
 * @throws Problem `forbidden`, `not-found`; what the server does wrong is an error of the answer.
 */
export async function askInOwnSession(
  services: ForwardServices,
  given: Pick<Forwarding, 'caller' | 'request' | 'log' | 'signal'> & { readonly session: SessionPlace | undefined },
  deployment: Deployment,
  { method, params }: Pick<Request, 'method' | 'params'>,
): Promise<Answered> {
  const { caller, request, log, signal, session } = given;
  const tool = method === 'tools/call' ? String(params['name']) : undefined;
  const counted = { method, tool, bytesIn: JSON.stringify(params).length };
  try {
    const asked = { caller, slug: deployment.slug, request, log };
    const result = await withServer(services, asked, counted, async (connection) => {
      const value = await connection.request(method, withoutEnvelope(params), { timeoutMs: firstByteMs, signal });
      return { value, status: isObject(value) && value['isError'] === true ? 'error' : 'ok' };
    });
    if (!isObject(result)) throw new Problem('upstream-error', { detail: "The server's result is not an object." });
    return { result };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return answerOf(error, () => answerAccountNeeded({ method, params }, session, deployment, neededOf(error)));
  }
}

function answerOf({ type, code: error_code, options, title }: Problem, askForAccount: () => Answered): Answered {
  if (type === 'account-required') return askForAccount();
  const { rpc_error: said } = options.extra ?? {};
  const code = isObject(said) && typeof said['code'] === 'number' ? said['code'] : codes.upstream;
  const message = isObject(said) ? String(said['message']) : (options.detail ?? title);
  return { error: { code, message, data: { error_code } } };
}

function neededOf({ message, options }: Problem): { url: string; message: string } {
  const { connect_url: url }: Params = options.extra ?? {};
  return { url: String(url), message };
}
