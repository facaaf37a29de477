import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import * as z from 'zod';
import { discover, type DiscoveredFunction } from '../../infra/discover.ts';
import { exampleEvent } from '../../infra/local/example-event.ts';
import { deadlineMs } from '../../lib/adapters/redis/cache.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { currentRuntime, installRuntime } from '../../lib/kernel/lambda/runtime.ts';
import { makers } from '../every-endpoint/objects.ts';
import { type App, type SignedUp, startApp } from '../harness.ts';
import { planted } from '../infra/local/gateway/fixture.ts';
import { watchCalls, watched } from './watch-calls.ts';
import { takesTime } from '../wait-until.ts';

/* Law: nothing runs after the answer, because a Lambda freezes then. When a function's promise resolves, all that it sent is answered, and it sends nothing any more. */

const forgetful = planted(
  'flaw-forgetful',
  endpoint({
    route: 'GET /flaw-forgetful',
    summary: 'Does not wait for what it reads',
    permission: 'public',
    uses: ['mysql'],
    output: z.object({}),
    run: ({ services }) => {
      void services.tools.find('019c1385-1a40-7000-8000-000000000001');
      return {};
    },
  }),
);
const late = planted(
  'flaw-late',
  endpoint({
    route: 'GET /flaw-late',
    summary: 'Reads and reports when it has answered',
    permission: 'public',
    uses: ['mysql'],
    output: z.object({}),
    run: ({ services, log }) => {
      void (async () => {
        await takesTime(20);
        await services.tools.find('019c1385-1a40-7000-8000-000000000001');
        log.warn('Too late.');
      })();
      return {};
    },
  }),
);

const calls = watchCalls({ port: new URL(inject('stores').redis).port, deadlineMs });

/** They last as long as their reader reads. */
const endless = new Set(['open-stream', 'stream-events']);
/** They end the session or the account that the others are tried with. */
const endings = ['logout', 'change-password', 'confirm-totp', 'start-totp'];

const functions = (await discover()).filter(({ id }) => !endless.has(id));
let app: App;
let admin: SignedUp;
let made: Record<string, string>;
beforeAll(async () => {
  app = await startApp({
    functions: [...functions, forgetful, late].map((target) => watched(calls, target)),
    env: { RATE_LIMIT_SCALE: '100000', ALLOW_PRIVATE_ADDRESSES: 'true', ADMIN_TOTP: 'optional' },
  });
  const runtime = currentRuntime();
  installRuntime({
    ...runtime,
    write: (line) => {
      calls.did('a report line');
      runtime.write(line);
    },
  });
  admin = await app.enterAdmin();
  const names = Object.keys(makers).filter((name) => name !== 'user_id');
  made = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await makers[name]?.(app, admin)) ?? ''] as const)),
  );
});

interface HttpParts {
  readonly pathParameters?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

/** The example of a function, with the ids of things that there are. */
function eventFor(target: DiscoveredFunction): unknown {
  const event = exampleEvent(target, admin.token) as HttpParts;
  if (!('route' in target.declaration)) return event;
  const pathParameters: Record<string, string> = { ...event.pathParameters };
  const path = target.declaration.route
    .slice(target.declaration.route.indexOf(' ') + 1)
    .replace(
      /\{([^}+]+)\+?\}/g,
      (_, name: string) => (pathParameters[name] = made[name] ?? pathParameters[name] ?? 'example'),
    );
  const { headers = {} } = event;
  return { ...event, path, pathParameters, headers: { ...headers, 'idempotency-key': randomUUID() } };
}

const weightOf = ({ id, declaration }: DiscoveredFunction): number =>
  endings.includes(id) ? 2 : 'route' in declaration && declaration.route.startsWith('DELETE') ? 1 : 0;

describe('after its answer', () => {
  it('no function sends anything, reports anything or waits for anything', async () => {
    for (const target of functions.toSorted((a, b) => weightOf(a) - weightOf(b)))
      await app.invoke(target.id, eventFor(target)).catch(() => undefined);
    expect(calls.sent.size).toBeGreaterThan(60);
    const own = [...calls.breaches];
    // The planted ones come last: when the late one was seen, whatever the others left behind had its time.
    for (const { id } of [forgetful, late]) await app.invoke(id, eventFor(id === forgetful.id ? forgetful : late));
    await expect.poll(() => calls.breaches).toContain('flaw-late: a report line after the answer');
    expect([...own, ...calls.breaches].filter((breach) => !breach.startsWith('flaw-'))).toEqual([]);
    expect(calls.breaches).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^flaw-forgetful: MySQL SELECT (was under way at|after) the answer$/),
        'flaw-late: MySQL SELECT after the answer',
      ]),
    );
  });
});
