import * as z from 'zod';
import { Problem } from '../../kernel/errors/problem.ts';
import type { RequestFacts, StreamedAnswer } from '../../kernel/lambda/declaration.ts';
import type { BaseSettings } from '../../kernel/settings/settings.ts';
import {
  codes,
  errorText,
  isObject,
  type Params,
  readMessage,
  type Request,
  resultText,
  type RpcError,
} from '../../upstream/json-rpc.ts';
import type { SearchServices } from '../search/open-space.ts';
import { knowledgeTools } from './knowledge-tools.ts';

/** The revision without a handshake, and those with one, newest first. */
const stateless = '2026-07-28';
const withHandshake = ['2025-11-25', '2025-06-18', '2025-03-26'];
const meta = 'io.modelcontextprotocol/';
const instructions = "The team's documents: search_knowledge finds passages, get_document reads on. Cite what you use.";
const capabilities = { tools: {} };

interface Asked {
  readonly request: RequestFacts;
  readonly services: SearchServices & { readonly settings: BaseSettings };
}

/**
 * The knowledge base as an MCP server (Streamable HTTP without sessions, JSON answers): both eras of the protocol, one message a request.
 * Whoever calls it has checked Host and Origin. @throws Problem `service-unavailable`.
 */
export async function answerMessage({ request, services }: Asked, text: string): Promise<StreamedAnswer> {
  const parsed = parse(text);
  if (parsed === undefined) return failed(400, null, { code: codes.parse, message: 'The body is not JSON' });
  const message = readMessage(parsed.value);
  if (!message)
    return failed(400, null, { code: codes.invalidRequest, message: 'The body is not one JSON-RPC 2.0 message' });
  if (message.kind !== 'request') return { status: 202, headers: {}, body: '' };
  const version = request.headers['mcp-protocol-version'];
  const isStateless = versionIn(message.params) !== undefined || message.method === 'server/discover';
  const said = isStateless ? (versionIn(message.params) ?? version ?? stateless) : (version ?? '2025-03-26');
  if (![stateless, ...withHandshake].includes(said)) {
    const data = { supported: [stateless, ...withHandshake], requested: said };
    return failed(400, message.id, { code: codes.unsupportedVersion, message: 'Unsupported protocol version', data });
  }
  return answer(services, message, isStateless);
}

async function answer(services: Asked['services'], message: Request, isStateless: boolean): Promise<StreamedAnswer> {
  const { id, method, params } = message;
  const finish = (result: Params): StreamedAnswer =>
    json(200, resultText(id, isStateless ? finished(result, method, services.settings) : result));
  switch (method) {
    case 'initialize':
      return finish({
        protocolVersion: withHandshake.find((known) => known === params['protocolVersion']) ?? withHandshake[0],
        capabilities,
        serverInfo: serverInfo(services.settings),
        instructions,
      });
    case 'server/discover':
      return finish({ supportedVersions: [stateless, ...withHandshake], capabilities, instructions });
    case 'ping':
      return finish({});
    case 'tools/list':
      return finish({ tools: knowledgeTools.map(({ declaration }) => declaration) });
    case 'tools/call':
      return callTool(services, message, finish);
    default:
      return failed(isStateless ? 404 : 200, id, {
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
  const given = tool.arguments.safeParse(params['arguments'] ?? {});
  if (!given.success) return finish(toolError(z.prettifyError(given.error)));
  try {
    const result = await tool.run(services, params['arguments'] ?? {});
    return finish({ content: [{ type: 'text', text: JSON.stringify(result) }], structuredContent: result });
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return finish(toolError(error.options.detail ?? error.title));
    throw error;
  }
}

function toolError(text: string): Params {
  return { isError: true, content: [{ type: 'text', text }] };
}

function finished(result: Params, method: string, settings: BaseSettings): Params {
  const isList = method === 'tools/list' || method === 'server/discover';
  return {
    ...(isList && { ttlMs: 3_600_000, cacheScope: 'public' }),
    resultType: 'complete',
    ...result,
    _meta: { [`${meta}serverInfo`]: serverInfo(settings) },
  };
}

function serverInfo({ VERSION }: BaseSettings): Params {
  return { name: 'mcp-platform-knowledge', title: 'Knowledge base', version: VERSION };
}

function versionIn({ _meta }: Params): string | undefined {
  const version = isObject(_meta) ? _meta[`${meta}protocolVersion`] : undefined;
  return typeof version === 'string' ? version : undefined;
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
