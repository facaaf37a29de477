import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newSession, tokenPair } from '../../lib/auth/session.ts';
import { currentRuntime } from '../../lib/kernel/lambda/runtime.ts';
import { newId } from '../../lib/kernel/ids.ts';
import { discover, type DiscoveredFunction } from '../discover.ts';
import { exampleEvent } from './example-event.ts';
import { invokeById } from './gateway/invoke-by-id.ts';
import { createInvoker } from './gateway/invoke.ts';
import { reachPlatform } from './reach-platform.ts';
import { runProgram } from './run-program.ts';

/*
 * `npm run invoke -- <function> [event.json]`: runs one function on its example event, or on the one given, against the stores of the platform that runs here;
 * when none does, one is started for the call. Report lines go to stderr, the answer to stdout.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const state = process.env['MCP_STATE'] ?? join(root, '.local');
const write = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const [id, eventFile] = process.argv.slice(2);
  const functions = await discover();
  const target = functions.find((each) => each.id === id);
  if (!target) {
    throw new Error(
      `usage: npm run invoke -- <function> [event.json]\nfunctions: ${functions.map((each) => each.id).join(' ')}`,
    );
  }
  const stop = await reachPlatform({ functions, state, cache: join(root, '.local', 'debian'), write });
  try {
    const event: unknown =
      eventFile === undefined ? exampleEvent(target, await token(target)) : JSON.parse(readFileSync(eventFile, 'utf8'));
    const answer = await invokeById(functions, createInvoker(currentRuntime().settings().STAGE))(target.id, event);
    process.stdout.write(`${JSON.stringify(answer ?? null, null, 2)}\n`);
  } finally {
    await stop();
  }
}

/** An access token of the admin `invoke`, who has no password; undefined where nobody is asked. */
async function token({ declaration }: DiscoveredFunction): Promise<string | undefined> {
  if (!('permission' in declaration) || declaration.permission === 'public') return undefined;
  const { users, sessions, signingKey } = await currentRuntime().services(['mysql', 'sessions', 'signing']);
  const now = new Date();
  const made = {
    id: newId(),
    username: 'invoke',
    email: 'invoke@localhost',
    role: 'admin' as const,
    isActive: true,
    passwordHash: '!',
    passwordIsTemporary: false,
    secondFactor: undefined,
    createdAt: now,
    updatedAt: now,
  };
  const known = await users.byLogin('invoke');
  if (!known) await users.insert(made);
  const user = known ?? made;
  const { family, token } = newSession(user);
  await Promise.all([
    sessions.openFamily(family),
    sessions.putUser({
      userId: user.id,
      role: user.role,
      isActive: true,
      hasSecondFactor: false,
      version: user.updatedAt,
    }),
  ]);
  return (await tokenPair(signingKey, family, user.role, token.text)).access_token;
}

await runProgram(main);
