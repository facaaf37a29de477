import { beforeAll, describe, expect, it } from 'vitest';
import { discover, ofKind } from '../../infra/discover.ts';
import { splitRoute } from '../../lib/kernel/http/openapi.ts';
import { type App, type CallOptions, newSigningKeys, type Reply, startApp } from '../harness.ts';
import { accessOf } from './access-rules.ts';
import { everyCaller } from './callers.ts';
import { inBatches } from './in-batches.ts';
import { someOf } from '../runs.ts';

/*
 * Every path × every method, those included that nobody declared, × every kind of caller.
 */

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
type Method = (typeof methods)[number];

const found = await discover();
const declared = new Map<string, Map<string, { route: string; streams: boolean }>>();
for (const { declaration } of [...ofKind(found, 'endpoint'), ...ofKind(found, 'stream')]) {
  if (declaration.route.startsWith('ANY ')) continue;
  const { method, path } = splitRoute(declaration.route);
  const there = declared.get(path) ?? new Map<string, { route: string; streams: boolean }>();
  declared.set(path, there.set(method, { route: declaration.route, streams: declaration.kind === 'stream' }));
}
const nobodys = '019c1385-1a40-7000-8000-0000000000ff';
const concrete = (path: string) => path.replace(/\{[^}]+\}/g, nobodys);

let app: App;
let callers: readonly { readonly name: string; readonly credential: CallOptions; readonly isRefused: boolean }[];
beforeAll(async () => {
  const JWT_PRIVATE_KEYS = await newSigningKeys();
  app = await startApp({ env: { JWT_PRIVATE_KEYS, RATE_LIMIT_SCALE: '100000', ADMIN_TOTP: 'optional' } });
  const every = await everyCaller(app, JWT_PRIVATE_KEYS, await app.enterAdmin());
  callers = every.map(({ name, credential, may }) => ({ name, credential, isRefused: may === undefined }));
});

/** What HEAD is on a path: what GET is there, unless that is a stream, which is not begun for its head. */
function takes(path: string, method: Method): { route: string; streams: boolean } | undefined {
  const target = declared.get(path)?.get(method === 'HEAD' ? 'GET' : method);
  return method === 'HEAD' && target?.streams === true ? undefined : target;
}

function allowOf(path: string): string[] {
  return [...methods.filter((method) => method !== 'OPTIONS' && takes(path, method)), 'OPTIONS'].toSorted();
}

/** What is wrong with the answer to a method that nobody declared on a path. */
function faultOf(path: string, method: Method, { status, headers, text }: Reply): string | undefined {
  const allow = (headers.get('allow') ?? '').split(', ').toSorted();
  const wrong = `${method} ${path} answered ${status}, Allow: ${allow.join(' ')}`;
  if (allow.join() !== allowOf(path).join()) return wrong;
  if (method === 'HEAD' && text !== '') return `${wrong}, with a body`;
  return status === (method === 'OPTIONS' ? 204 : 405) ? undefined : wrong;
}

const isAlive = async () => (await app.call('GET', '/health/live')).status === 200;

describe('a method', () => {
  it('that a path does not take is 405 with Allow, whoever asks, and OPTIONS is answered', async () => {
    expect(declared.size).toBeGreaterThan(30);
    const asking = callers.filter(({ name }) => ['nobody', 'viewer', 'admin', 'a revoked key'].includes(name));
    expect(asking).toHaveLength(4);
    const wrong = [...declared.keys()].flatMap((path) =>
      methods
        .filter((method) => method === 'OPTIONS' || !takes(path, method))
        .flatMap((method) => asking.map(({ credential }) => ({ path, method, credential }))),
    );
    const faults = await inBatches(someOf(wrong, 0.25), async ({ path, method, credential }) =>
      faultOf(path, method, await app.call(method, concrete(path), credential)),
    );
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
    expect(await isAlive()).toBe(true);
  });

  it('HEAD gets in where GET does, has no body and harms nothing', async () => {
    const heads = [...declared.keys()].flatMap((path) => {
      const target = takes(path, 'HEAD');
      return target ? someOf(callers, 0.1).map((caller) => ({ path, route: target.route, ...caller })) : [];
    });
    const faults = await inBatches(heads, async ({ path, route, name, credential, isRefused }) => {
      // `metrics` is open on one machine alone, which this installation does not say it is.
      const access = accessOf(route);
      // Nobody has to be known there; a credential that is no good is refused all the same.
      const isGuarded = access === 'recognised' ? name !== 'nobody' : access !== 'public';
      const { status, text } = await app.call('HEAD', concrete(path), credential);
      const wrong = status >= 500 ? status !== 503 : (status === 401) !== (isGuarded && isRefused);
      return wrong || text !== '' ? `HEAD ${path} answered ${status} to ${name}` : undefined;
    });
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
    expect(await isAlive()).toBe(true);
  });
});
