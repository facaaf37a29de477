import type { StreamedAnswer } from '../../kernel/lambda/declaration.ts';
import { errorText, readMessage, type Request, resultText } from '../../upstream/json-rpc.ts';
import { finished } from '../../upstream/stateless-result.ts';
import type { AccountNeeded } from '../../accounts/account-needed.ts';
import { askInOwnSession } from '../ask-in-own-session.ts';
import { findServer, type ServerReplica } from '../find-server.ts';
import type { Forwarding, ForwardServices } from '../forward.ts';
import { failures, rpcAnswer } from '../rpc.ts';
import { encryptSession, ownSession, type SessionPlace } from '../session-id.ts';
import { answerAccountNeeded, type Answered, connectTool } from './answer-account-needed.ts';

/*
 * A remote server that wants an account lets nobody begin a session without one. So that a client can begin, list and be led to the link, the platform opens the
 * session in its place; once the account is there, each request of it goes on in a session of the platform's own.
 */

/** Answers a message that the server refused because the caller has no account there. */
export async function answerWithoutAccount(
  { encryptor }: Pick<ForwardServices, 'encryptor'>,
  { caller, session }: Pick<Forwarding, 'caller' | 'session'>,
  body: string,
  { deployment }: ServerReplica,
  needed: AccountNeeded,
): Promise<StreamedAnswer> {
  const message = readMessage(JSON.parse(body));
  if (!message) return rpcAnswer(null, { ...failures.accountNeeded, message: needed.message });
  if (message.kind !== 'request') return { status: 202, headers: {}, body: '' };
  const answer = answerAccountNeeded(message, session, deployment, needed);
  const text = textOf(message, answer, session !== undefined || message.method === 'initialize', deployment.slug);
  if (message.method !== 'initialize') return json(text);
  const place = { replicaId: undefined, upstreamId: ownSession, initialize: message.params };
  return json(text, { 'mcp-session-id': await encryptSession(encryptor, caller, deployment.toolId, place) });
}

/** Answers in a session that the platform opened in the server's place. */
export async function answerInOwnSession(
  services: ForwardServices,
  forwarding: Forwarding,
  session: SessionPlace,
  body: string,
): Promise<StreamedAnswer> {
  const message = readMessage(JSON.parse(body));
  if (!message) return rpcAnswer(null, failures.tooMany);
  if (message.kind !== 'request') return { status: 202, headers: {}, body: '' };
  const { deployment } = await findServer(services, forwarding.caller, forwarding.slug);
  if (message.method === 'ping') return json(resultText(message.id, {}));
  const ask = (asked: Pick<Request, 'method' | 'params'>) =>
    askInOwnSession(services, { ...forwarding, session }, deployment, asked);
  const isForLink = message.method === 'tools/call' && message.params['name'] === connectTool;
  const isConnected = isForLink && 'result' in (await ask({ method: 'ping', params: {} }));
  const text = `Your account for ${deployment.slug} is connected. List the tools again.`;
  const answer = isConnected ? { result: { content: [{ type: 'text', text }] } } : await ask(message);
  return json(textOf(message, answer, true, deployment.slug));
}

function textOf({ id, method }: Request, answer: Answered, inSession: boolean, name: string): string {
  if ('error' in answer) return errorText(id, answer.error);
  return resultText(
    id,
    inSession ? answer.result : finished(answer.result, method, { serverInfo: { name, version: '' } }),
  );
}

function json(body: string, headers: Readonly<Record<string, string>> = {}): StreamedAnswer {
  return { status: 200, headers: { 'content-type': 'application/json', ...headers }, body };
}
