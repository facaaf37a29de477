import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { discover, ofKind } from '../../infra/discover.ts';
import { splitRoute } from '../../lib/kernel/http/openapi.ts';
import { type App, type SignedUp, startApp } from '../harness.ts';
import { someOf } from '../runs.ts';

/*
 * Work is linear in bounded input: whatever an endpoint takes, it answers within a second of this process's CPU. Functions, gateway and drivers run in this process; the
 * stores do not. Time on the clock would measure the machine.
 */

const mostCpuMs = 1_000;
const largest = 250_000;

let app: App;
let admin: SignedUp;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '100000', QUOTAS: JSON.stringify({ tools: 5_000 }) } });
  admin = await app.enterAdmin();
});

/** The CPU of a request in ms, of the cheapest of three: what else this process does at the time is not the endpoint's. */
async function cpuOf(request: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let time = 0; time < 3 && least > mostCpuMs; time += 1) {
    const before = process.cpuUsage();
    await request();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

const repeated = (make: (index: number) => unknown, bytes = largest): unknown[] => {
  const one = JSON.stringify(make(100_000)).length + 1;
  return Array.from({ length: Math.floor(bytes / one) }, (_, index) => make(index));
};
/** Values of a quarter of a megabyte, each made for something that might not be linear in it. */
const shapes: Readonly<Record<string, () => unknown>> = {
  'many numbers': () => repeated((index) => index),
  'many different words': () => repeated((index) => `w${index}`),
  'one word again and again': () => repeated(() => 'a'),
  'a long run of one letter': () => 'a'.repeat(largest),
  'blanks and then something': () => `${' '.repeat(largest)}x`,
  'what looks like half of an address': () => 'a@'.repeat(largest / 2),
  'what looks like half of a variable': () => '${'.repeat(largest / 2),
  'escapes and quotes': () => '\\"'.repeat(largest / 4),
  'what looks like a secret': () => 'token=sk-a '.repeat(largest / 11),
  'much in one object': () =>
    Object.fromEntries(repeated((index) => index).map((index) => [`k${String(index)}`, index])),
};
/** The same as JSON; and what is too deep for JSON.stringify. */
const texts: Readonly<Record<string, () => string>> = {
  ...Object.fromEntries(Object.entries(shapes).map(([name, make]) => [name, () => JSON.stringify(make())])),
  'deep lists': () => `${'['.repeat(largest / 2)}${']'.repeat(largest / 2)}`,
  'deep objects': () => `${'{"a":'.repeat(largest / 6)}1${'}'.repeat(largest / 6)}`,
};

const endpoints = ofKind(await discover(), 'endpoint')
  .filter(({ declaration }) => !declaration.route.startsWith('ANY '))
  .map(({ id, declaration }) => ({ id, declaration, ...splitRoute(declaration.route) }));

describe.each(
  someOf(
    endpoints.filter(({ declaration }) => declaration.body),
    0.5,
  ),
)('$id', ({ id, method, path, declaration }) => {
  it('takes whatever is put in place of each member of its body', async () => {
    const at = path.replace(/\{[^}]+\}/g, '019c1385-1a40-7000-8000-0000000000ff');
    const example = ((declaration.body?.meta()?.['examples'] ?? []) as unknown[]).find(
      (each) => typeof each === 'object',
    );
    const slow: string[] = [];
    for (const [name, textOf] of someOf(Object.entries(texts), 0.1)) {
      const text = textOf();
      // A schema that refuses one member looks at the others too.
      const parts = Object.entries(example ?? {}).map(
        ([member, value], index) => `${JSON.stringify(member)}:${index < 3 ? text : JSON.stringify(value)}`,
      );
      const raw = parts.length > 0 ? `{${parts.join()}}` : text;
      const headers = { 'content-type': 'application/json' };
      const cpu = await cpuOf(() => app.call(method, at, { token: admin.token, raw, headers }));
      if (cpu > mostCpuMs) slow.push(`${id}: ${name}: ${Math.round(cpu)} ms`);
    }
    expect(slow).toEqual([]);
  });
});

describe('the largest tool that is kept', () => {
  const schemas: Readonly<Record<string, (version: number) => object>> = {
    'an enum of numbers': (version) => ({
      type: 'object',
      properties: { p: { enum: repeated((index) => index + version * 100_000, 150_000) } },
    }),
    'many properties': (version) => ({
      type: 'object',
      properties: Object.fromEntries(
        repeated((index) => index, 30_000).map((index) => [`p${String(index)}_${version}`, { type: 'string' }]),
      ),
    }),
    'alternatives in alternatives': (version) => ({
      anyOf: repeated((index) => ({ anyOf: [{ const: index + version }, { const: `${index}` }] }), 150_000),
    }),
    'deep properties': (version) =>
      Array.from({ length: 25 }).reduce<object>(
        (inner) => ({ type: 'object', properties: { [`p${version}`]: inner } }),
        {
          type: 'string',
        },
      ),
    'a long pattern and description': (version) => ({
      type: 'object',
      properties: { p: { type: 'string', pattern: `(a+)+${version}`, description: 'a '.repeat(70_000) } },
    }),
  };

  it.each(someOf(Object.keys(schemas), 0.4))(
    '%s: is written, read, compared, listed, analysed, exported',
    async (name) => {
      const slug = `l-${randomBytes(6).toString('hex')}`;
      const config = (version: number) => ({
        servers: [{ name: 's', command: 'node' }],
        tools: [{ name: 't', description: 'd', inputSchema: schemas[name]?.(version) }],
      });
      const { token } = admin;
      const call = (method: string, path: string, json?: object) =>
        app.call(method, path, { token, ...(json && { json }) });
      const made = await call('POST', '/api/v1/mcps', {
        name: slug,
        slug,
        version: '1.0.0',
        status: 'active',
        config: config(1),
      });
      expect([made.status, made.status === 201 || made.text]).toEqual([201, true]);
      const id = String(made.body['id']);
      const steps: Readonly<Record<string, () => Promise<unknown>>> = {
        update: () => call('PUT', `/api/v1/mcps/${id}`, { version: '1.0.1', config: config(2) }),
        get: () => call('GET', `/api/v1/mcps/${id}`),
        list: () => call('GET', `/api/v1/mcps?search=${slug}`),
        history: () => call('GET', `/api/v1/mcps/${id}/history`),
        diff: () => call('GET', `/api/v1/mcps/${id}/diff?from=1&to=2`),
        registry: () => app.call('GET', `/v0.1/servers?search=${slug}`),
        analyse: () => call('POST', '/api/v1/analysis/feasibility', { config: config(3) }),
        export: () => call('GET', `/api/v1/mcps/${id}/export`),
      };
      const slow: string[] = [];
      for (const [step, request] of Object.entries(steps)) {
        const cpu = await cpuOf(request);
        if (cpu > mostCpuMs) slow.push(`${step}: ${Math.round(cpu)} ms`);
      }
      expect(slow).toEqual([]);
    },
  );
});

it('sees work that takes longer', async () => {
  const busy = async (): Promise<void> => {
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user < mostCpuMs * 1_100);
  };
  expect(await cpuOf(busy)).toBeGreaterThan(mostCpuMs);
});
