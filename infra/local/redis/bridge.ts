import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refuseForeignHost } from '../guard/known-host.ts';
import { RedisClient, RedisUnreachable, type Reply } from './client.ts';
import { answer, type Encoding } from './rest-answer.ts';
import { BadRequest, readRequest, type RestRequest } from './rest-request.ts';
import { Scripts } from './scripts.ts';

export interface BridgeOptions {
  /** `redis://:password@127.0.0.1:6379`. */
  redisUrl: string;
  /** What callers must present as bearer. */
  token: string;
  port: number;
  /** How long Redis may take over one request; default 5 s. */
  deadlineMs?: number;
}

/**
 * Serves Upstash's REST API on 127.0.0.1 in front of a Redis server: what `@upstash/redis` and `@upstash/ratelimit`
 * send. While Redis cannot be reached every call is answered 503 within the deadline.
 */
export async function startRedisBridge(options: BridgeOptions) {
  const client = new RedisClient(options.redisUrl, options.deadlineMs ?? 5000);
  const scripts = new Scripts();
  const server = createServer((request, response) => {
    handle(request, response, options, client, scripts).catch((error: unknown) => refuse(response, error));
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      client.close();
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: BridgeOptions,
  client: RedisClient,
  scripts: Scripts,
): Promise<void> {
  const foreign = refuseForeignHost(request);
  if (foreign !== undefined) throw new BadRequest(`ERR ${foreign.detail}`, foreign.status);
  const url = readUrl(request);
  if (!authorized(request, url, options.token)) {
    throw new BadRequest('WRONGPASS invalid or missing auth token', 401);
  }
  const wanted = await readRequest(request, url);
  const encoding: Encoding = request.headers['upstash-encoding'] === 'base64' ? 'base64' : 'json';
  if (wanted.kind === 'command') {
    const [reply = null] = await run({ kind: 'pipeline', commands: [wanted.command] }, client, scripts);
    send(response, reply instanceof Error ? 400 : 200, answer(reply, encoding));
  } else {
    const replies = await run(wanted, client, scripts);
    send(
      response,
      200,
      replies.map((reply) => answer(reply, encoding)),
    );
  }
}

async function run(
  { kind, commands }: Extract<RestRequest, { commands: string[][] }>,
  client: RedisClient,
  scripts: Scripts,
): Promise<Reply[]> {
  const translated = commands.map((command) => scripts.translate(command));
  const replies = kind === 'pipeline' ? await client.send(translated) : await transaction(translated, client);
  return replies.map((reply, index) => {
    const hash = reply instanceof Error ? undefined : scripts.hashForCaller(commands[index] ?? []);
    return hash === undefined ? reply : Buffer.from(hash);
  });
}

async function transaction(commands: string[][], client: RedisClient): Promise<Reply[]> {
  const replies = (await client.send([['MULTI'], ...commands, ['EXEC']])).at(-1);
  if (Array.isArray(replies)) return replies;
  throw new BadRequest(replies instanceof Error ? replies.message : 'EXECABORT the transaction was discarded');
}

function readUrl(request: IncomingMessage): URL {
  const target = `http://bridge${request.url ?? '/'}`;
  if (!URL.canParse(target)) throw new BadRequest('ERR the path is not valid');
  return new URL(target);
}

function authorized(request: IncomingMessage, url: URL, token: string): boolean {
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ');
  const given = scheme.toLowerCase() === 'bearer' ? credentials : (url.searchParams.get('_token') ?? '');
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
  } else if (error instanceof BadRequest) {
    // The body of a refused request is not read: the connection cannot serve another.
    if (error.status !== 400) response.setHeader('connection', 'close');
    send(response, error.status, { error: error.message });
  } else if (error instanceof RedisUnreachable) {
    send(response, 503, { error: error.message });
  } else {
    send(response, 500, { error: `ERR ${error instanceof Error ? error.message : String(error)}` });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const json = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) });
  response.end(json);
}
