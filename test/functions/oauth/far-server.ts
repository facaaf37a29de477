import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterFile } from '../../after-file.ts';

/* A remote MCP server that wants OAuth, and the authorization server that gives tokens for it, each on a port of its own. */

export interface FarServer {
  readonly url: string;
  readonly issuer: string;
  /** What the server was sent as Authorization, in order. */
  readonly presented: (string | undefined)[];
  readonly refreshes: () => number;
  /** How long tokens are good, in seconds. */
  lifetime: number;
  /** Ends every token at once, as an issuer does that restarts; refresh tokens stay. */
  forgetAccessTokens(): void;
  /** Ends everything. */
  forgetAll(): void;
  /** What is different in the issuer's metadata. */
  metadata: Record<string, unknown>;
  /** What is different in the resource's metadata. */
  resource: Record<string, unknown>;
  /** What is different in the answer of the authorization endpoint. */
  answer: Record<string, string>;
  readonly seen: URL[];
  readonly registrations: Record<string, unknown>[];
}

interface Code {
  readonly challenge: string;
  readonly clientId: string;
  readonly redirect: string;
  readonly resource: string;
}

export async function startFarServer(): Promise<FarServer> {
  const codes = new Map<string, Code>();
  const accessTokens = new Map<string, number>();
  const refreshTokens = new Set<string>();
  let refreshed = 0;
  const issuer = await listen(async (request, response) => {
    const url = new URL(request.url ?? '', far.issuer);
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /.well-known/oauth-authorization-server':
        return json(response, 200, {
          issuer: far.issuer,
          authorization_endpoint: `${far.issuer}/authorize`,
          token_endpoint: `${far.issuer}/token`,
          registration_endpoint: `${far.issuer}/register`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
          token_endpoint_auth_methods_supported: ['none'],
          authorization_response_iss_parameter_supported: true,
          scopes_supported: ['far:use', 'offline_access'],
          ...far.metadata,
        });
      case 'POST /register': {
        const asked = JSON.parse(await textOf(request)) as Record<string, unknown>;
        far.registrations.push(asked);
        return json(response, 201, { ...asked, client_id: `client-${far.registrations.length}` });
      }
      case 'GET /authorize': {
        far.seen.push(url);
        const of = (name: string) => url.searchParams.get(name) ?? '';
        const code = randomBytes(16).toString('hex');
        codes.set(code, {
          challenge: of('code_challenge'),
          clientId: of('client_id'),
          redirect: of('redirect_uri'),
          resource: of('resource'),
        });
        const query = new URLSearchParams({ code, state: of('state'), iss: far.issuer, ...far.answer });
        for (const [name, value] of Object.entries(far.answer)) if (value === '') query.delete(name);
        return response.writeHead(303, { location: `${of('redirect_uri')}?${query.toString()}` }).end();
      }
      case 'POST /token': {
        const form = new URLSearchParams(await textOf(request));
        return json(response, ...exchange(form));
      }
      default:
        return json(response, 404, {});
    }
  });

  const exchange = (form: URLSearchParams): [number, object] => {
    if (form.get('grant_type') === 'refresh_token') {
      refreshed += 1;
      if (!refreshTokens.delete(form.get('refresh_token') ?? '')) return [400, { error: 'invalid_grant' }];
      return [200, issue()];
    }
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      code?.challenge === challenge &&
      code.clientId === form.get('client_id') &&
      code.redirect === form.get('redirect_uri') &&
      code.resource === form.get('resource');
    return isRight ? [200, issue()] : [400, { error: 'invalid_grant' }];
  };
  const issue = () => {
    const [access_token, refresh_token] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
    accessTokens.set(access_token, Date.now() + far.lifetime * 1000);
    refreshTokens.add(refresh_token);
    return { access_token, refresh_token, token_type: 'Bearer', expires_in: far.lifetime, scope: 'far:use' };
  };

  const server = await listen(async (request, response) => {
    const url = new URL(request.url ?? '', far.url);
    if (url.pathname === '/.well-known/oauth-protected-resource/mcp')
      return json(response, 200, { resource: far.url, authorization_servers: [far.issuer], ...far.resource });
    far.presented.push(request.headers.authorization);
    const text = await textOf(request);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if ((accessTokens.get(token) ?? 0) < Date.now()) {
      const metadata = `${new URL(far.url).origin}/.well-known/oauth-protected-resource/mcp`;
      response.setHeader('www-authenticate', `Bearer resource_metadata="${metadata}", scope="far:use"`);
      return json(response, 401, { error: 'invalid_token' });
    }
    const { id, method = '', params } = JSON.parse(text || '{}') as Sent;
    if (id === undefined) return response.writeHead(202).end();
    return json(response, 200, { jsonrpc: '2.0', id, result: resultOf(method, params) });
  });
  const far: FarServer = {
    url: `${server}/mcp`,
    issuer,
    presented: [],
    refreshes: () => refreshed,
    lifetime: 3600,
    forgetAccessTokens: () => accessTokens.clear(),
    forgetAll: () => {
      accessTokens.clear();
      refreshTokens.clear();
    },
    metadata: {},
    resource: {},
    answer: {},
    seen: [],
    registrations: [],
  };
  return far;
}

interface Sent {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly name?: string };
}

function resultOf(method: string, params: Sent['params']): object {
  if (method === 'initialize')
    return { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'far', version: '1' } };
  if (method === 'tools/list') return { tools: [{ name: 'whoami', inputSchema: { type: 'object' } }] };
  return { content: [{ type: 'text', text: `far away: ${params?.name ?? ''}` }] };
}

async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>,
): Promise<string> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function json(response: ServerResponse, status: number, body: object): ServerResponse {
  return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
