import type { IncomingMessage } from 'node:http';
import * as z from 'zod';

/** A request that is refused before Redis sees it. */
export class BadRequest extends Error {
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
  }
}

export type RestRequest =
  | { kind: 'command'; command: string[] }
  | { kind: 'pipeline' | 'multi-exec'; commands: string[][] };

const bodyLimit = 10 * 1024 * 1024;
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT']);

const Command = z
  .array(z.union([z.string(), z.number(), z.boolean()]).transform(String), 'a command is a JSON array')
  .min(1, 'empty command');
const Commands = z.array(Command, 'a pipeline is a JSON array of commands').min(1, 'empty pipeline');

// A connection that serves everybody must not be blocked, left in a state, or taken away.
const refusedCommands = new Set(
  `AUTH BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH BZMPOP BZPOPMAX BZPOPMIN CONFIG DEBUG DISCARD EXEC FAILOVER HELLO MONITOR
  MULTI PSUBSCRIBE PSYNC PUNSUBSCRIBE QUIT REPLCONF REPLICAOF RESET SELECT SHUTDOWN SLAVEOF SSUBSCRIBE SUBSCRIBE
  SUNSUBSCRIBE SYNC UNSUBSCRIBE UNWATCH WAIT WAITAOF WATCH`.split(/\s+/),
);

/**
 * Reads a request of Upstash's REST API (https://upstash.com/docs/redis/features/restapi): a command as a JSON array in
 * the body or as the path, `/pipeline` or `/multi-exec`; not its subscriptions, which nothing here uses.
 *
 * @throws BadRequest
 */
export async function readRequest(request: IncomingMessage, url: URL): Promise<RestRequest> {
  const method = request.method ?? 'GET';
  if (!methods.has(method)) throw new BadRequest(`ERR method ${method} is not allowed`, 405);
  const path = url.pathname.split('/').slice(1).map(decodeSegment);
  const [first = ''] = path;
  const kind = first.toLowerCase();
  const body = await readBody(request);
  if (kind === 'pipeline' || kind === 'multi-exec') {
    return { kind, commands: parse(Commands, body).map(allowed) };
  }
  if (first === '') return { kind: 'command', command: allowed(parse(Command, body)) };
  const options = [...url.searchParams].filter(([name]) => name !== '_token').flat();
  const value = body === '' ? [] : [body];
  return { kind: 'command', command: allowed([...path, ...value, ...options.filter((option) => option !== '')]) };
}

function allowed(command: string[]): string[] {
  const name = (command[0] ?? '').toUpperCase();
  const blocks = name.startsWith('XREAD') && command.some((argument) => argument.toUpperCase() === 'BLOCK');
  if (refusedCommands.has(name) || blocks) throw new BadRequest(`ERR Command is not available: '${name}'`);
  return command;
}

function parse<T>(schema: z.ZodType<T>, body: string): T {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new BadRequest('ERR failed to parse the body as JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BadRequest(`ERR failed to parse the command at [${issue?.path.join('][') ?? ''}]: ${issue?.message ?? ''}`);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new BadRequest('ERR the path is not valid percent-encoding');
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Destroying the request would take the connection away before it is answered.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > bodyLimit) throw new BadRequest('ERR max request size exceeded', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
