import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { discover } from '../../infra/discover.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { type App, type CallOptions, startApp } from '../harness.ts';
import { planted } from '../infra/local/gateway/fixture.ts';
import { makers } from '../every-endpoint/objects.ts';
import { malformed, rawFault } from './raw-socket.ts';
import { type Document, type Pool, requests } from './requests.ts';
import { faultOf } from './try.ts';

/*
 * Whatever anybody sends: no 5xx, nothing over 5 s, every error a problem that tells nothing of the inside. `npm run fuzz` tries 12,000 requests,
 * FUZZ_RUNS and FUZZ_SEED say otherwise.
 */

const runs = Number(process.env['FUZZ_RUNS'] ?? 400);
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_131);
const timeout = 60_000 + runs * 60;

const flaw = planted(
  'flaw',
  endpoint({
    route: 'POST /flaw/{name}',
    summary: 'Divides by what it should not',
    permission: 'public',
    limit: 'off',
    params: z.object({ name: z.string() }),
    body: z.strictObject({ parts: z.array(z.string()).optional(), of: z.int() }),
    output: z.object({ first: z.string() }),
    // Nobody thought of an empty list.
    run: ({ body }) => ({ first: (body.parts ?? ['x']).reduce((a, b) => a + b) }),
  }),
);

let app: App;
let document: Document;
let pool: Pool;
let callers: CallOptions[];
beforeAll(async () => {
  app = await startApp({
    functions: [...(await discover()), flaw],
    env: { RATE_LIMIT_SCALE: '1000000', ALLOW_PRIVATE_ADDRESSES: 'true' },
  });
  document = (await app.call('GET', '/api/openapi.json')).body as unknown as Document;
  const [admin, developer, viewer] = [await app.enterAdmin(), await app.signUp(), await app.signUp('viewer')];
  const key = await app.call('POST', '/api/v1/auth/api-keys', { token: developer.token, json: { name: 'fuzz' } });
  callers = [
    {},
    { token: 'nonsense' },
    { token: viewer.token },
    { token: developer.token },
    { token: admin.token },
    { apiKey: String(key.body['key']) },
  ];
  const owner = await app.signUp();
  const made = Object.keys(makers).filter((name) => JSON.stringify(document.paths).includes(`{${name}}`));
  pool = Object.fromEntries(
    await Promise.all(made.map(async (name) => [name, [(await makers[name]?.(app, owner)) ?? '']])),
  );
});

const only = (operationIds: (id: string) => boolean): Document => ({
  ...document,
  paths: Object.fromEntries(
    Object.entries(document.paths).map(([path, methods]) => [
      path,
      Object.fromEntries(Object.entries(methods).filter(([, { operationId }]) => operationIds(operationId))),
    ]),
  ),
});

const holds = (of: Document) =>
  fc.asyncProperty(requests(of, pool, callers.length), async (trial) => {
    const fault = await faultOf(app.url, trial, callers[trial.caller] ?? {});
    if (fault !== undefined) throw new Error(`${trial.method} ${trial.target}: ${fault}`);
  });

describe('fuzzing', () => {
  it('finds no request that the platform answers badly', { timeout }, async () => {
    const tried = holds(only((id) => id !== 'flaw'));
    await expect(fc.assert(tried, { numRuns: runs, seed })).resolves.toBeUndefined();
  });

  it('finds no bytes that the platform answers badly', { timeout }, async () => {
    const port = Number(new URL(app.url).port);
    const property = fc.asyncProperty(fc.array(malformed, { minLength: 20, maxLength: 20 }), async (all) => {
      const faults = await Promise.all(all.map((bytes) => rawFault(port, bytes)));
      expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
    });
    await fc.assert(property, { numRuns: Math.ceil(runs / 40), seed, endOnFailure: true });
    expect((await app.call('GET', '/health/live')).status).toBe(200);
  });

  it('finds a bug that was planted', { timeout }, async () => {
    const { failed, errorInstance } = await fc.check(holds(only((id) => id === 'flaw')), { numRuns: 3000, seed });
    expect(failed).toBe(true);
    expect(String(errorInstance)).toContain('500');
  });
});
