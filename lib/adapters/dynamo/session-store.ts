import type { LoginHistory, SessionStore, TicketStore } from '../../auth/ports.ts';
import type { IdempotencyStore } from '../../kernel/http/idempotency-store.ts';
import type { Limiter } from '../../kernel/http/rate-limit.ts';
import type { CodeStore } from '../../oauth/ports.ts';
import type { Encryptor } from '../../secrets/encryptor.ts';
import type { DynamoSettings } from './client.ts';
import { type Item, openReader } from './read-items.ts';
import type { openSessionCommands } from './session-commands.ts';
import { apiKeyKey, familyKey, readFamily, readKey, readUser, userKey } from './session-items.ts';
import { sessionsTable, tableName } from './tables.ts';

/** After that the read goes by AWS's own client, which has retries; together they end within 2 s. */
const readMs = 600;

/** The DynamoDB side of the use `sessions`: what every request reads goes the short way, for everything else AWS's own client is loaded when it is needed. */
export function openSessionStore(settings: DynamoSettings) {
  type Commands = ReturnType<typeof openSessionCommands>;
  let opened: Promise<Commands> | undefined;
  const open = async (): Promise<Commands> => {
    const loaded = await import('./session-commands.ts');
    return loaded.openSessionCommands(settings);
  };
  const commands = (): Promise<Commands> => (opened ??= open());
  const read = openReader(settings, tableName(settings.STAGE, sessionsTable));
  const readBoth = async (one: { pk: string }, other: { pk: string }) => {
    const items = await read([one, other], readMs);
    const find = ({ pk }: { pk: string }): Item | undefined => items?.find((item) => item['pk'] === pk);
    return items && ([find(one), find(other)] as const);
  };
  const sessions: Pick<SessionStore, 'session' | 'key'> = {
    async session(sessionId, userId) {
      const found = await readBoth(familyKey(sessionId), userKey(userId));
      if (!found) return (await commands()).sessions.session(sessionId, userId);
      return { family: readFamily(found[0]), user: readUser(found[1]) };
    },
    async key(hash, userId) {
      const found = await readBoth(apiKeyKey(hash), userKey(userId));
      if (!found) return (await commands()).sessions.key(hash, userId);
      return { key: readKey(found[0]), user: readUser(found[1]) };
    },
  };
  return {
    sessions: later<SessionStore>(async () => (await commands()).sessions, sessions),
    tickets: later<TicketStore>(async () => (await commands()).tickets),
    fallbackLimiter: later<Limiter>(async () => (await commands()).fallbackLimiter),
    loginHistory: later<LoginHistory>(async () => (await commands()).loginHistory),
    codes: later<CodeStore>(async () => (await commands()).codes),
    idempotencyWith: (encryptor: Encryptor) =>
      later<IdempotencyStore>(async () => (await commands()).idempotencyWith(encryptor)),
    dynamoProbe: async (timeoutMs: number) => (await commands()).dynamoProbe(timeoutMs),
  };
}

type Method = (...args: unknown[]) => Promise<unknown>;

/** A port whose methods all answer promises, and which is opened by the first call; `own` methods do without it. */
function later<Port extends object>(open: () => Promise<Port>, own: Partial<Port> = {}): Port {
  return new Proxy(own, {
    get: (methods, name) => {
      // A promise that resolves with a port asks whether it is one itself.
      if (name === 'then') return undefined;
      return (
        Reflect.get(methods, name) ??
        (async (...args: unknown[]) => {
          const port = await open();
          return (Reflect.get(port, name) as Method).apply(port, args);
        })
      );
    },
  }) as Port;
}
