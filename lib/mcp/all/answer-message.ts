import { randomUUID } from 'node:crypto';
import type { StreamedAnswer } from '../../kernel/lambda/declaration.ts';
import {
  codes,
  errorText,
  isObject,
  type Message,
  type Params,
  readMessage,
  type Request,
  resultText,
} from '../../upstream/json-rpc.ts';
import { checkRequest, isStateless, sessionProtocols, statelessProtocol } from '../../upstream/stateless-request.ts';
import { finished } from '../../upstream/stateless-result.ts';
import type { ForwardServices } from '../forward.ts';
import { assertKnownOrigin } from '../origin.ts';
import { failures, rpcAnswer } from '../rpc.ts';
import { encryptSession } from '../session-id.ts';
import { callTool, passOn, useOffer } from './call-tool.ts';
import { listenToChanges } from './follow-changes.ts';
import { placeOfId, placeOfName, placeOfUri } from './names.ts';
import { type AllForwarding, json, notifyOpenSessions, notifyServer, refused } from './pass-to-server.ts';
import { type ListName, offeredBy, pageOfList, servedTo } from './read-offered.ts';
import { searchTools } from './search-tools.ts';
import { allServers, readAllSession } from './session.ts';
import { answerTask, type TaskServices, tasksExtension } from './tasks.ts';

export type Mode = 'all' | 'search';
type Given = Omit<AllForwarding, 'session'>;

const instructions =
  'The tools of many servers. The part of a name before two underscores is its server; tools of one server belong together.';
const capabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
  tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
};
const { tasks: _tasks, logging: _logging, ...modernCapabilities } = capabilities;
const lists: Readonly<Record<string, ListName>> = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
};

/**
 * One endpoint for everything that a caller may use: lists are made of what servers said of themselves, calls are passed on to the server that the name
 * leads to. Both eras of the protocol, one message a request.
 */
export async function answerForAll(
  services: TaskServices,
  given: Given,
  text: string,
  mode: Mode,
): Promise<StreamedAnswer> {
  assertKnownOrigin(given.request, services.settings);
  const { headers } = given.request;
  const message = readOne(text);
  if (!message) return refused(400, null, codes.invalidRequest, 'The body is not one JSON-RPC 2.0 message');
  if (isStateless(message, headers)) return answerStateless(services, { ...given, session: undefined }, message, mode);
  const isFirst = message.kind === 'request' && message.method === 'initialize';
  const session = await readAllSession(services, given.caller, headers['mcp-session-id']);
  if (isFirst) return open(services, given, message);
  if (!session)
    return headers['mcp-session-id'] === undefined
      ? refused(400, idOf(message), codes.invalidRequest, 'The header Mcp-Session-Id is missing')
      : rpcAnswer(idOf(message), failures.noSession);
  const version = headers['mcp-protocol-version'];
  if (version !== undefined && !sessionProtocols.includes(version))
    return refused(400, idOf(message), codes.invalidRequest, 'Unsupported MCP-Protocol-Version');
  return answerInSession(services, { ...given, session }, message, mode);
}

async function open(services: TaskServices, { caller }: Given, { id, params }: Request): Promise<StreamedAnswer> {
  const place = { replicaId: undefined, upstreamId: randomUUID(), initialize: params };
  const sessionId = await encryptSession(services.encryptor, caller, allServers, place);
  const asked = params['protocolVersion'];
  const protocolVersion = sessionProtocols.find((known) => known === asked) ?? sessionProtocols[0];
  const answer = json(
    200,
    resultText(id, { protocolVersion, capabilities, serverInfo: serverInfo(services), instructions }),
  );
  return { ...answer, headers: { ...answer.headers, 'mcp-session-id': sessionId } };
}

async function answerInSession(
  services: TaskServices,
  given: AllForwarding,
  message: Message,
  mode: Mode,
): Promise<StreamedAnswer> {
  if (message.kind === 'request') return answer(services, given, message, mode);
  const accepted = { status: 202, headers: {}, body: '' };
  if (message.kind === 'response') {
    const place = placeOfId(message.id);
    if (place) await notifyServer(services, given, place.slug, { jsonrpc: '2.0', ...answerOf(message), id: place.id });
  } else if (message.method === 'notifications/cancelled' || message.method === 'notifications/roots/list_changed') {
    await notifyAll(services, given, message);
  }
  return accepted;
}

function answerOf({ result, error }: Extract<Message, { kind: 'response' }>): Params {
  return error ? { error } : { result };
}

/** To whom a cancelled request went is not kept; a server that does not know it passes over it. */
async function notifyAll(
  services: TaskServices,
  given: AllForwarding,
  { method, params }: { readonly method: string; readonly params: Params },
): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', method, params });
  await notifyOpenSessions(services, given, await servedTo(services, given.caller), { method: 'POST', body });
}

async function answerStateless(
  services: TaskServices,
  given: AllForwarding,
  message: Message,
  mode: Mode,
): Promise<StreamedAnswer> {
  if (message.kind === 'response')
    return refused(400, null, codes.invalidRequest, 'This protocol has no responses of clients');
  if (message.kind === 'notification') return { status: 202, headers: {}, body: '' };
  const problem = checkRequest(message, given.request.headers);
  return problem ? json(400, errorText(message.id, problem)) : answer(services, given, message, mode);
}

async function answer(
  services: TaskServices,
  given: AllForwarding,
  message: Request,
  mode: Mode,
): Promise<StreamedAnswer> {
  const { id, method, params } = message;
  const isModern = given.session === undefined;
  const finish = (result: Params): StreamedAnswer =>
    json(200, resultText(id, isModern ? finished(result, method, { serverInfo: serverInfo(services) }) : result));
  const invalid = (text: string) => refused(200, id, codes.invalidParams, text);
  const list = lists[method];
  if (list) {
    const offered = offeredBy(await servedTo(services, given.caller));
    const items = list === 'tools' && mode === 'search' ? searchTools : offered[list];
    const page = pageOfList(list, items, params['cursor']);
    if (!page) return invalid('The cursor is not one of this list');
    const { items: listed, ...more } = page;
    const heldBack = offered.heldBack[list];
    const note = heldBack.length > 0 && { _meta: { 'mcp-platform/heldBack': heldBack } };
    return finish({ [list]: listed, ...more, ...note });
  }
  // What the revision without sessions has no more.
  if (!isModern && method === 'ping') return finish({});
  if (!isModern && method === 'logging/setLevel') {
    await notifyAll(services, given, { method, params });
    return finish({});
  }
  if (!isModern && (method === 'resources/subscribe' || method === 'resources/unsubscribe'))
    return passOn(services, given, message, placeOfUri(params['uri']), (uri) => ({ ...params, uri }));
  switch (method) {
    case 'server/discover':
      return finish({
        supportedVersions: [statelessProtocol, ...sessionProtocols],
        capabilities: {
          ...modernCapabilities,
          resources: { listChanged: true },
          extensions: { [tasksExtension]: {} },
        },
        instructions,
      });
    case 'subscriptions/listen':
      return listenToChanges(services, given, message);
    case 'tools/call':
      return callTool(services, given, message, finish);
    case 'prompts/get':
      return useOffer(services, given, message, 'prompts');
    case 'resources/read':
      return useOffer(services, given, message, 'resources');
    case 'completion/complete': {
      const ref = isObject(params['ref']) ? params['ref'] : {};
      const member = ref['type'] === 'ref/resource' ? 'uri' : 'name';
      const place = member === 'uri' ? placeOfUri(ref['uri']) : placeOfName(ref['name']);
      return passOn(services, given, message, place, (name) => ({ ...params, ref: { ...ref, [member]: name } }));
    }
    default:
      if (method.startsWith('tasks/')) {
        const answered = await answerTask(services, given, message, finish);
        if (answered) return answered;
      }
      return refused(isModern ? 404 : 200, id, codes.methodNotFound, `Method not found: ${method.slice(0, 100)}`);
  }
}

function readOne(text: string): Message | undefined {
  try {
    return readMessage(JSON.parse(text));
  } catch {
    // The client gets an answer that says so.
    return undefined;
  }
}

function idOf(message: Message): string | number | null {
  return message.kind === 'request' ? message.id : null;
}

function serverInfo({ settings: { VERSION } }: ForwardServices) {
  return { name: 'mcp-platform', title: 'All servers', version: VERSION };
}
