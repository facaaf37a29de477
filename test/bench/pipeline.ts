import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { createLocalJWKSet, jwtVerify } from 'jose';
import * as z from 'zod';
import { handler as getTool } from '../../functions/tools/get-tool.ts';
import { startPlatform } from '../../infra/local/platform.ts';
import { newSession } from '../../lib/auth/session.ts';
import { currentRuntime } from '../../lib/kernel/lambda/runtime.ts';
import { newId } from '../../lib/kernel/ids.ts';
import { perMinute } from '../../lib/kernel/http/rate-limit.ts';
import { presentTool } from '../../lib/tools/present.ts';
import { Tool, ToolId } from '../../lib/tools/schema.ts';
import { median } from '../median.ts';
import type { Figure } from './parts/figures.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rounds = 25;
const perRound = 200;
/** On a slow or busy machine fewer rounds are measured, so that the figures come within a minute. */
const budgetMs = 40_000;
const fewestRounds = 3;
const limit = perMinute(100_000_000);

/**
 * A tool read by our whole pipeline, by a plain one of middy, zod and jose, and the store calls of both (the session's batch read in DynamoDB, the count in Redis, the
 * row in MySQL) alone. Same token, same stores, same process; the three take turns.
 */
export async function run(): Promise<Figure[]> {
  const state = await mkdtemp(join(tmpdir(), 'bench-pipeline-'));
  const quiet = () => undefined;
  const env = { ...process.env, RATE_LIMIT_SCALE: '1000000' };
  const cache = join(root, '.local', 'debian');
  const platform = await startPlatform({ state, cache, env, port: 0, report: quiet, write: quiet });
  try {
    const { token, toolId } = await prepare();
    const event = eventOf(token, toolId);
    const contenders = {
      'store calls alone': await storeCalls(token, toolId),
      'plain pipeline': await plainPipeline(event),
      'our pipeline': () => getTool(event, context()),
    };
    return await compare(contenders);
  } finally {
    await platform.stop();
    await rm(state, { recursive: true, force: true });
  }
}

type Contender = () => Promise<unknown>;

async function compare(contenders: Readonly<Record<string, Contender>>): Promise<Figure[]> {
  const measured = Object.entries(contenders).map(([name, call]) => ({ name, call, micros: [] as number[] }));
  const startedAt = performance.now();
  const isTime = (round: number): boolean => round < fewestRounds || performance.now() - startedAt < budgetMs;
  for (let round = -1; round < rounds && isTime(round); round += 1) {
    for (const { call, micros } of measured) {
      const roundAt = performance.now();
      for (let count = 0; count < perRound; count += 1) await call();
      if (round >= 0) micros.push(((performance.now() - roundAt) * 1000) / perRound);
    }
  }
  const [alone = Number.NaN, plain = Number.NaN, ours = Number.NaN] = measured.map(({ micros }) => median(micros));
  return [
    {
      what: 'a request through the pipeline, without its store calls',
      ours: `${(ours - alone).toFixed(0)} µs`,
      peer: `plain middy + zod + jose ${(plain - alone).toFixed(0)} µs`,
      ratio: (ours - alone) / (plain - alone),
    },
  ];
}

async function prepare() {
  const { users, tools, sessions, signingKey } = await currentRuntime().services(['mysql', 'sessions', 'signing']);
  const now = new Date();
  const user = {
    id: newId(),
    username: 'bench',
    email: 'bench@example.org',
    role: 'developer' as const,
    isActive: true,
    passwordHash: '!',
    passwordIsTemporary: false,
    secondFactor: undefined,
    createdAt: now,
    updatedAt: now,
  };
  await users.insert(user);
  const { family } = newSession(user);
  await sessions.openFamily(family);
  await sessions.putUser({ userId: user.id, role: user.role, isActive: true, hasSecondFactor: false, version: now });
  const toolId = newId();
  const config = {
    servers: [{ name: 'everything', command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything'] }],
  };
  const about = { name: 'Acme', slug: 'acme', description: '', version: '1.0.0', status: 'draft' as const };
  const made = { ...about, id: toolId, authorId: user.id, revision: 1, config, createdAt: now, updatedAt: now };
  await tools.insert([{ ...made, deletedAt: undefined }], []);
  return { token: await signingKey.issue({ userId: user.id, sessionId: family.id, role: user.role }), toolId };
}

const Claims = z.object({ sub: z.uuid(), sid: z.uuid() });

async function storeCalls(token: string, toolId: string): Promise<Contender> {
  const { tools, sessions, verificationKeys } = await currentRuntime().services(['mysql', 'sessions']);
  const limiter = await currentRuntime().limiter();
  const claims = await verificationKeys.verify(token);
  if (!claims) throw new Error('The token does not hold.');
  return async () => {
    await Promise.all([sessions.session(claims.sid, claims.sub), limiter.count(`alone:${claims.sub}`, limit)]);
    await tools.find(toolId);
  };
}

/** What one would write with middy, zod and jose: verify, look up, count, parse, answer. */
async function plainPipeline(event: ReturnType<typeof eventOf>): Promise<Contender> {
  const { tools, sessions, verificationKeys, settings } = await currentRuntime().services([
    'mysql',
    'sessions',
    'settings',
  ]);
  const limiter = await currentRuntime().limiter();
  const keys = createLocalJWKSet({ keys: [...verificationKeys.jwks] });
  type Event = typeof event & { claims?: z.output<typeof Claims> };
  const handler = middy<Event, object>()
    .use({
      before: async (request) => {
        const token = request.event.headers.authorization.slice('Bearer '.length);
        const options = {
          issuer: settings.BASE_URL,
          audience: settings.BASE_URL,
          typ: 'at+jwt',
          algorithms: ['ES256'],
        };
        const claims = Claims.parse((await jwtVerify(token, keys, options)).payload);
        const [{ family, user }] = await Promise.all([
          sessions.session(claims.sid, claims.sub),
          limiter.count(`plain:${claims.sub}`, limit),
        ]);
        if (!family || !user?.isActive) throw new Error('unauthorized');
        request.event.claims = claims;
      },
    })
    .handler(async (incoming: Event) => {
      const { tool_id } = ToolId.parse(incoming.pathParameters);
      const tool = await tools.find(tool_id);
      if (!tool) throw new Error('not found');
      const body = JSON.stringify(Tool.parse(presentTool(tool)));
      return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
    });
  return () => handler(event, context());
}

function eventOf(token: string, toolId: string) {
  return {
    httpMethod: 'GET',
    path: `/api/v1/mcps/${toolId}`,
    headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'bench' },
    multiValueQueryStringParameters: null,
    pathParameters: { tool_id: toolId },
    body: null,
    isBase64Encoded: false,
    requestContext: { identity: { sourceIp: '127.0.0.1' } },
  };
}

function context(): Context {
  const deadline = Date.now() + 29_000;
  return {
    functionName: 'mcp-local-get-tool',
    awsRequestId: newId(),
    getRemainingTimeInMillis: () => deadline - Date.now(),
  } as Context;
}
