import type { Deployment } from '../../deployments/ports.ts';
import { newId } from '../../kernel/ids.ts';
import { codes, isObject, type Params, type Request, type RpcError } from '../../upstream/json-rpc.ts';
import { newestSessionProtocol } from '../../upstream/server-answers.ts';
import { capabilitiesOf, sessionProtocols, statelessProtocol } from '../../upstream/stateless-request.ts';
import type { SessionPlace } from '../session-id.ts';

export type Answered = { readonly result: Params } | { readonly error: RpcError };

export const connectTool = 'connect_account';
/** Requests that may be answered with a question (protocol 2026-07-28). */
const mayAsk = new Set(['tools/call', 'prompts/get', 'resources/read']);

/**
 * What a client gets of a server that wants an account which the caller has not connected: enough to begin, to list tools, and to lead its user to the link; as a
 * URL to be opened where the client can do that (protocol 2025-11-25 and 2026-07-28), else as the text of a result.
 */
export function answerAccountNeeded(
  { method, params }: Pick<Request, 'method' | 'params'>,
  session: SessionPlace | undefined,
  { slug, tools, serverInfo }: Deployment,
  needed: { readonly url: string; readonly message: string },
): Answered {
  const capabilities = { tools: {} };
  switch (method) {
    case 'initialize': {
      const asked = params['protocolVersion'];
      const protocolVersion = sessionProtocols.find((known) => known === asked) ?? newestSessionProtocol;
      const info = { version: '', ...serverInfo, name: slug };
      return { result: { protocolVersion, capabilities, serverInfo: info, instructions: needed.message } };
    }
    case 'server/discover':
      return {
        result: {
          supportedVersions: [statelessProtocol, ...sessionProtocols],
          capabilities,
          instructions: needed.message,
        },
      };
    case 'tools/list':
      return { result: { tools: tools ?? [connectToolOf(slug)] } };
  }
  const message = `Connect your account for ${slug}.`;
  const elicitation = { mode: 'url', url: needed.url, message };
  if (opensUrls(session, params)) {
    const elicitations = [{ ...elicitation, elicitationId: newId() }];
    if (session) return { error: { code: codes.urlElicitation, message, data: { elicitations } } };
    const inputRequests = { account: { method: 'elicitation/create', params: elicitation } };
    if (mayAsk.has(method)) return { result: { resultType: 'input_required', inputRequests } };
  }
  if (method !== 'tools/call')
    return { error: { code: codes.upstream, message: needed.message, data: { connect_url: needed.url } } };
  return { result: { isError: true, content: [{ type: 'text', text: needed.message }] } };
}

function connectToolOf(slug: string): Params {
  return {
    name: connectTool,
    description: `Gives the link at which the user connects their account for ${slug}. Afterwards the tools of ${slug} are here.`,
    inputSchema: { type: 'object', properties: {} },
  };
}

/** Whether the client has declared that it opens URLs for its user. */
function opensUrls(session: SessionPlace | undefined, params: Params): boolean {
  const { capabilities } = session?.initialize ?? {};
  const { elicitation } = session ? (isObject(capabilities) ? capabilities : {}) : capabilitiesOf(params);
  return isObject(elicitation) && isObject(elicitation['url']);
}
