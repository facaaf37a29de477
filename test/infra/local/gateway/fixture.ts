import type { Declaration, Handler } from '../../../../lib/kernel/lambda/declaration.ts';
import { type Runtime, installRuntime } from '../../../../lib/kernel/lambda/runtime.ts';
import { readSettings } from '../../../../lib/kernel/settings/settings.ts';
import type { DiscoveredFunction } from '../../../../infra/discover.ts';

/** A handler as its file would export it. */
export function planted<D extends Declaration>(id: string, handler: Handler<D>): DiscoveredFunction {
  const { declaration } = handler;
  return { id, subject: 'fixture', file: `functions/fixture/${id}.ts`, declaration, handler };
}

/** Lambda code that is not made by a declarator: for what the declarators never do. */
export function rawEndpoint(
  id: string,
  route: string,
  run: (event: never, context: never) => unknown,
  timeoutSeconds?: number,
) {
  const declaration = { kind: 'endpoint', route, permission: 'public', summary: id, timeoutSeconds };
  return planted(
    id,
    Object.assign(async (event: never, context: never) => run(event, context), { declaration }) as never,
  );
}

/** Installs a host without stores; answers what the functions report. */
export function installTestHost(onLine?: (line: string) => void): { lines: string[] } {
  const lines: string[] = [];
  const settings = readSettings({ STAGE: 'test', RATE_LIMIT_SCALE: '1' });
  const host: Runtime = {
    settings: () => settings,
    services: async () => ({}) as never,
    authenticator: async () => ({
      authenticate: () => Promise.reject(new Error('nobody logs in here')),
      redeem: () => Promise.reject(new Error('nobody logs in here')),
      recheck: async () => undefined,
      identify: async () => undefined,
    }),
    limiter: async () => ({ count: async () => undefined }),
    idempotency: () => Promise.reject(new Error('no request is kept here')),
    postpone: async () => undefined,
    write: (line) => {
      lines.push(line);
      onLine?.(line);
    },
  };
  installRuntime(host);
  return { lines };
}
