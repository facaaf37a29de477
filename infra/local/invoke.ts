import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newSession, tokenPair } from '../../lib/auth/session.ts';
import { currentHost, installHost } from '../../lib/kernel/host.ts';
import { newId } from '../../lib/kernel/ids.ts';
import { createHost } from '../../lib/services.ts';
import { catalogueOf } from '../catalogue.ts';
import { discover, type DiscoveredFunction } from '../discover.ts';
import { encryptionKeysOf } from './encryption-key.ts';
import { localEnvironment, withLocalCredentials } from './environment.ts';
import { exampleEvent } from './example-event.ts';
import { invokeById } from './gateway/invoke-by-id.ts';
import { createInvoker } from './gateway/invoke.ts';
import { startPlatform } from './platform.ts';
import { AlreadyRunning, takeLock } from './process/lock.ts';
import { signingKeysOf } from './signing-key.ts';

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
  const stop = await reachStores(functions);
  try {
    const event: unknown =
      eventFile === undefined ? exampleEvent(target, await token(target)) : JSON.parse(readFileSync(eventFile, 'utf8'));
    const answer = await invokeById(functions, createInvoker(currentHost().settings().base.STAGE))(target.id, event);
    process.stdout.write(`${JSON.stringify(answer ?? null, null, 2)}\n`);
  } finally {
    await stop();
  }
}

/** Installs a host on the running platform's stores, or starts a platform; answers how to leave. */
async function reachStores(functions: readonly DiscoveredFunction[]): Promise<() => Promise<void>> {
  try {
    const lock = takeLock(state);
    const platform = await startPlatform({
      state,
      cache: join(root, '.local', 'debian'),
      env: process.env,
      port: 0,
      report: write,
      write,
    });
    return async () => {
      await platform.stop();
      lock.release();
    };
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error;
  }
  const file = join(state, 'platform.json');
  if (!existsSync(file)) throw new Error('The platform is just starting; try again when it is ready.');
  const urls = JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof localEnvironment>[0]['urls'] & {
    base: string;
  };
  withLocalCredentials(process.env);
  const env = localEnvironment({
    env: { BASE_URL: urls.base, ...process.env },
    urls,
    port: 0,
    signingKeys: await signingKeysOf(state),
    encryptionKeys: encryptionKeysOf(state),
  });
  installHost(createHost({ env, catalogue: catalogueOf(functions, 'local'), write }));
  return async () => undefined;
}

/** An access token of the admin `invoke`, who has no password; undefined where nobody is asked. */
async function token({ declaration }: DiscoveredFunction): Promise<string | undefined> {
  if (!('permission' in declaration) || declaration.permission === 'public') return undefined;
  const { users, trust, signingKeys } = await currentHost().services(['mysql', 'auth']);
  const now = new Date();
  const made = {
    id: newId(),
    username: 'invoke',
    email: 'invoke@localhost',
    role: 'admin' as const,
    isActive: true,
    passwordHash: '!',
    createdAt: now,
    updatedAt: now,
  };
  const known = await users.byLogin('invoke');
  if (!known) await users.insert(made);
  const user = known ?? made;
  const { family, token } = newSession(user);
  await Promise.all([
    trust.openFamily(family),
    trust.putUser({ userId: user.id, role: user.role, isActive: true, version: user.updatedAt }),
  ]);
  return (await tokenPair(signingKeys, family, user.role, token.text)).access_token;
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
