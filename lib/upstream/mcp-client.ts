import * as z from 'zod';
import { readMessages } from './read-messages.ts';
import { type Upstream, type UpstreamAnswer, UpstreamFailure } from './ports.ts';

const offeredVersion = '2025-11-25';
const maxToolPages = 50;

/** A server's Streamable HTTP endpoint. */
export interface McpEndpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly guarded: boolean;
}

const Initialized = z.object({
  protocolVersion: z.string(),
  capabilities: z.looseObject({}).default({}),
  serverInfo: z.looseObject({ name: z.string(), version: z.string() }),
});
const ToolList = z.object({
  tools: z.array(
    z.looseObject({ name: z.string(), description: z.string().optional(), inputSchema: z.looseObject({}) }),
  ),
  nextCursor: z.string().optional(),
});
export type McpTool = z.output<typeof ToolList>['tools'][number];

const CallResult = z.looseObject({
  content: z.array(z.looseObject({ type: z.string() })).default([]),
  structuredContent: z.looseObject({}).optional(),
  isError: z.boolean().optional(),
});
export type McpCallResult = z.output<typeof CallResult>;

/** The server answered a request with a JSON-RPC error. */
export class McpError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'McpError';
    this.code = code;
  }
}

export interface McpConnection {
  readonly server: z.output<typeof Initialized>;
  /** All pages of the server's tools; none when it offers no tools. */
  listTools(): Promise<McpTool[]>;
  callTool(name: string, args: Readonly<Record<string, unknown>>, timeoutMs: number): Promise<McpCallResult>;
  /** Ends the session; a server that does not care is no error. */
  close(): Promise<void>;
}

/**
 * Opens a session as MCP's client does (protocol 2025-11-25), for what the platform itself asks of a server.
 * @throws UpstreamFailure; {@link McpError}; Error when the answer is not MCP.
 */
export async function connectMcp(upstream: Upstream, endpoint: McpEndpoint, timeoutMs: number): Promise<McpConnection> {
  let sessionId: string | undefined;
  let agreedVersion: string | undefined;
  let nextId = 0;
  const post = (message: object, ms: number): Promise<UpstreamAnswer> =>
    upstream.send({
      url: endpoint.url,
      method: 'POST',
      headers: {
        ...endpoint.headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(agreedVersion !== undefined && { 'mcp-protocol-version': agreedVersion }),
        ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      guarded: endpoint.guarded,
      headTimeoutMs: ms,
      signal: AbortSignal.timeout(ms),
    });
  const ask = async <S extends z.ZodType>(method: string, params: object, schema: S, ms: number) => {
    const id = (nextId += 1);
    const answer = await post({ id, method, params }, ms);
    sessionId ??= answer.headers['mcp-session-id'];
    return schema.parse(await resultOf(answer, id, ms));
  };

  const server = await ask(
    'initialize',
    { protocolVersion: offeredVersion, capabilities: {}, clientInfo: { name: 'mcp-platform', version: '1.0.0' } },
    Initialized,
    timeoutMs,
  );
  agreedVersion = server.protocolVersion;
  await drain(await post({ method: 'notifications/initialized' }, timeoutMs));
  return {
    server,
    async listTools() {
      if (!('tools' in server.capabilities)) return [];
      const tools: McpTool[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < maxToolPages; page += 1) {
        const listed = await ask('tools/list', cursor === undefined ? {} : { cursor }, ToolList, timeoutMs);
        tools.push(...listed.tools);
        cursor = listed.nextCursor;
        if (cursor === undefined) break;
      }
      return tools;
    },
    callTool: (name, args, ms) => ask('tools/call', { name, arguments: args }, CallResult, ms),
    async close() {
      if (sessionId === undefined) return;
      const { url, headers, guarded } = endpoint;
      const answer = upstream.send({
        url,
        method: 'DELETE',
        headers: { ...headers, 'mcp-session-id': sessionId, 'mcp-protocol-version': server.protocolVersion },
        guarded,
        headTimeoutMs: 2_000,
      });
      await answer.then(drain).catch((error: unknown) => {
        if (!(error instanceof UpstreamFailure)) throw error;
      });
    },
  };
}

async function resultOf(answer: UpstreamAnswer, id: number, ms: number): Promise<unknown> {
  if (answer.status !== 200) {
    await drain(answer);
    throw new UpstreamFailure('broken', `The server answered HTTP ${answer.status}`);
  }
  for await (const message of readMessages(answer)) {
    if (message['id'] !== id) continue;
    if (message['error'] === undefined) return message['result'];
    const { code, message: text } = z.object({ code: z.number(), message: z.string() }).parse(message['error']);
    throw new McpError(code, text);
  }
  throw new UpstreamFailure('broken', `The server sent no answer within ${ms} ms or ended its stream before`);
}

async function drain({ body }: UpstreamAnswer): Promise<void> {
  for await (const _ of body);
}
