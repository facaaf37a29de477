import * as z from 'zod';
import { Problem } from '../../kernel/errors/problem.ts';
import type { RequestFacts, StreamedAnswer } from '../../kernel/lambda/declaration.ts';
import type { BaseSettings } from '../../kernel/settings/settings.ts';
import {
  codes,
  errorText,
  type Params,
  readMessage,
  type Request,
  resultText,
  type RpcError,
} from '../../upstream/json-rpc.ts';
import { checkRequest, isStateless, sessionProtocols, statelessProtocol } from '../../upstream/stateless-request.ts';
import { finished } from '../../upstream/stateless-result.ts';
import type { SearchServices } from '../search/open-space.ts';
import { knowledgeTools } from './knowledge-tools.ts';

const supportedVersions = [statelessProtocol, ...sessionProtocols];
const instructions = "The team's documents: search_knowledge finds passages, get_document reads on. Cite what you use.";
const capabilities = { tools: {} };
/** Lists are the same for everybody, and change with a release alone. */
const kept = { ttlMs: 3_600_000, cacheScope: 'public' };

type Services = SearchServices & { readonly settings: BaseSettings };

/**
 * The knowledge base as an MCP server (Streamable HTTP without sessions, JSON answers): both eras of the protocol, one message a request.
 * Whoever calls it has checked Host and Origin. @throws Problem `service-unavailable`.
 */
export async function answerMessage(
  { request, services }: { readonly request: RequestFacts; readonly services: Services },
  text: string,
): Promise<StreamedAnswer> {
  const parsed = parse(text);
  if (parsed === undefined) return failed(400, null, { code: codes.parse, message: 'The body is not JSON' });
  const message = readMessage(parsed.value);
  if (!message)
    return failed(400, null, { code: codes.invalidRequest, message: 'The body is not one JSON-RPC 2.0 message' });
  if (message.kind !== 'request') return { status: 202, headers: {}, body: '' };
  const isModern = isStateless(message, request.headers);
  const problem = isModern ? checkRequest(message, request.headers) : checkVersion(request);
  return problem ? failed(400, message.id, problem) : answer(services, message, isModern);
}

function checkVersion({ headers: { 'mcp-protocol-version': requested } }: RequestFacts): RpcError | undefined {
  if (requested === undefined || supportedVersions.includes(requested)) return undefined;
  const data = { supported: supportedVersions, requested };
  return { code: codes.unsupportedVersion, message: 'Unsupported protocol version', data };
}

async function answer(services: Services, message: Request, isModern: boolean): Promise<StreamedAnswer> {
  const { id, method, params } = message;
  const serverInfo = {
    name: 'mcp-platform-knowledge',
    title: 'Knowledge base',
    version: services.settings.VERSION,
  };
  const finish = (result: Params, more: Params = {}): StreamedAnswer =>
    json(200, resultText(id, isModern ? finished({ ...result, ...more }, method, { serverInfo }) : result));
  const asked = params['protocolVersion'];
  const protocolVersion = sessionProtocols.find((known) => known === asked) ?? sessionProtocols[0];
  switch (method) {
    case 'initialize':
      return finish({ protocolVersion, capabilities, serverInfo, instructions });
    case 'server/discover':
      return finish({ supportedVersions, capabilities, instructions }, kept);
    case 'ping':
      return finish({});
    case 'tools/list':
      return finish({ tools: knowledgeTools.map(({ declaration }) => declaration) }, kept);
    case 'tools/call':
      return callTool(services, message, finish);
    default:
      return failed(isModern ? 404 : 200, id, {
        code: codes.methodNotFound,
        message: `Method not found: ${method.slice(0, 100)}`,
      });
  }
}

async function callTool(
  services: SearchServices,
  { id, params }: Request,
  finish: (result: Params) => StreamedAnswer,
): Promise<StreamedAnswer> {
  const tool = knowledgeTools.find(({ declaration }) => declaration.name === params['name']);
  if (!tool)
    return failed(200, id, {
      code: codes.invalidParams,
      message: `Unknown tool: ${String(params['name']).slice(0, 100)}`,
    });
  try {
    const result = await tool.run(services, params['arguments'] ?? {});
    return finish({ content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: result });
  } catch (error) {
    if (error instanceof z.ZodError) return finish(toolError(z.prettifyError(error)));
    if (error instanceof Problem && error.status < 500) return finish(toolError(error.options.detail ?? error.title));
    throw error;
  }
}

function toolError(text: string): Params {
  return { isError: true, content: [{ type: 'text', text }] };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // The client gets an answer that says so.
    return undefined;
  }
}

function failed(status: number, id: string | number | null, error: RpcError): StreamedAnswer {
  return json(status, errorText(id, error));
}

function json(status: number, body: string): StreamedAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body };
}
