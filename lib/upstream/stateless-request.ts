import type { IncomingHttpHeaders } from 'node:http';
import { codes, isObject, type Message, type Params, type RpcError } from './json-rpc.ts';
import type { McpTool } from './server-answers.ts';

/** The revisions that begin with a handshake, newest first. */
export const sessionProtocols = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
export const statelessProtocol = '2026-07-28';

const prefix = 'io.modelcontextprotocol/';
export const metaKeys = {
  protocolVersion: `${prefix}protocolVersion`,
  clientCapabilities: `${prefix}clientCapabilities`,
  clientInfo: `${prefix}clientInfo`,
  serverInfo: `${prefix}serverInfo`,
  subscriptionId: `${prefix}subscriptionId`,
} as const;

/** Methods whose subject is mirrored in the header `Mcp-Name`. */
const named: Readonly<Record<string, 'name' | 'uri' | 'taskId'>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/** Whether a request is one of the revisions without a handshake: by its header, or by its envelope. */
export function isStateless(message: Message | undefined, headers: IncomingHttpHeaders): boolean {
  if (headers['mcp-session-id'] !== undefined) return false;
  const version = headers['mcp-protocol-version'];
  if (typeof version === 'string' && version >= statelessProtocol) return true;
  if (message === undefined || message.kind === 'response') return false;
  return message.method === 'server/discover' || envelopeOf(message)?.[metaKeys.protocolVersion] !== undefined;
}

/** What is wrong with a request of revision 2026-07-28, if anything: its envelope, its version, headers that do not mirror the body. */
export function checkRequest(
  message: Extract<Message, { kind: 'request' }>,
  headers: IncomingHttpHeaders,
  tools: readonly McpTool[] = [],
): RpcError | undefined {
  const envelope = envelopeOf(message);
  const version = envelope?.[metaKeys.protocolVersion];
  const said = headers['mcp-protocol-version'];
  if (typeof version !== 'string') return invalid(`_meta has no ${metaKeys.protocolVersion}`);
  if (said !== version) return mismatch(`MCP-Protocol-Version is ${show(said)}, the body says ${show(version)}`);
  if (version !== statelessProtocol) {
    const data = { supported: [statelessProtocol, ...sessionProtocols], requested: version };
    return { code: codes.unsupportedVersion, message: 'Unsupported protocol version', data };
  }
  if (!isObject(envelope?.[metaKeys.clientCapabilities])) return invalid(`_meta has no ${metaKeys.clientCapabilities}`);
  const method = headers['mcp-method'];
  if (method !== message.method)
    return mismatch(`Mcp-Method is ${show(method)}, the body says ${show(message.method)}`);
  const field = named[message.method];
  const subject = field === undefined ? undefined : message.params[field];
  const name = decode(headers['mcp-name']);
  if (field !== undefined && name !== subject) {
    return mismatch(`Mcp-Name is ${show(name)}, params.${field} is ${show(subject)}`);
  }
  if (message.method !== 'tools/call') return undefined;
  const tool = tools.find((each) => each.name === subject);
  return tool && checkMirrored(tool, message.params['arguments'], headers);
}

/** Arguments that a tool's schema wants mirrored in a header `Mcp-Param-<name>` (`x-mcp-header`) must be the same there. */
function checkMirrored({ inputSchema }: McpTool, given: unknown, headers: IncomingHttpHeaders): RpcError | undefined {
  const properties = isObject(inputSchema['properties']) ? inputSchema['properties'] : {};
  for (const [name, schema] of Object.entries(properties)) {
    const mirrored = isObject(schema) ? schema['x-mcp-header'] : undefined;
    if (typeof mirrored !== 'string' || mirrored === '') continue;
    const value = isObject(given) ? given[name] : undefined;
    const header = decode(headers[`mcp-param-${mirrored.toLowerCase()}`]);
    const expected = value === undefined || value === null || isObject(value) ? undefined : textOf(value);
    if (header !== expected && !(isNumber(header) && isNumber(expected) && Number(header) === Number(expected)))
      return mismatch(`Mcp-Param-${mirrored} is ${show(header)}, arguments.${name} is ${show(value)}`);
  }
  return undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && text !== '' && Number.isFinite(Number(text));
}

/** What a client offers to a server that asks: elicitation, sampling, roots. */
export function capabilitiesOf(params: Params): Params {
  const envelope = isObject(params['_meta']) ? params['_meta'] : {};
  const offered = envelope[metaKeys.clientCapabilities];
  if (!isObject(offered)) return {};
  return Object.fromEntries(
    ['elicitation', 'sampling', 'roots'].flatMap((name) => (isObject(offered[name]) ? [[name, offered[name]]] : [])),
  );
}

/** Earlier revisions know nothing of the envelope, of answers that come with the request, and progress goes under the runner's own token. */
export function withoutEnvelope(params: Params): Params {
  const { _meta: meta, inputResponses: _given, requestState: _state, ...rest } = params;
  if (!isObject(meta)) return rest;
  const kept = Object.entries(meta).filter(
    ([key]) => key !== 'progressToken' && !key.startsWith('io.modelcontextprotocol/'),
  );
  return kept.length === 0 ? rest : { ...rest, _meta: Object.fromEntries(kept) };
}

function envelopeOf({ params }: Exclude<Message, { kind: 'response' }>): Readonly<Record<string, unknown>> | undefined {
  const meta = params['_meta'];
  return isObject(meta) ? meta : undefined;
}

/** A text as a header holds it: as it is where that can be, else in base64. */
export function headerText(text: string): string {
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith('=?')
    ? text
    : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}

function decode(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  const encoded = /^=\?base64\?(?<base64>[A-Za-z0-9+/=]*)\?=$/.exec(text ?? '')?.groups?.['base64'];
  if (encoded === undefined) return text;
  const bytes = Buffer.from(encoded, 'base64');
  // Without its padding it is no base64, and says nothing.
  return bytes.toString('base64') === encoded ? bytes.toString('utf8') : text;
}

function invalid(message: string): RpcError {
  return { code: codes.invalidParams, message: `Invalid params: ${message}` };
}

function mismatch(message: string): RpcError {
  return { code: codes.headerMismatch, message: `Header mismatch: ${message}` };
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 100);
}
