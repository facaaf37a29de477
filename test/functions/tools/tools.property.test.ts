import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type App, type Reply, type SignedUp, startApp } from '../../harness.ts';
import { findSecrets } from '../../../lib/secrets/find-secrets.ts';
import { runs } from '../../runs.ts';

/* What must hold of tools for any input and any order of things, over the real stores. */

let app: App;
let ada: SignedUp;
beforeAll(async () => {
  app = await startApp({ env: { RATE_LIMIT_SCALE: '100000' } });
  ada = await app.signUp();
});

const base = '/api/v1/mcps';
const call = (method: string, path: string, json?: object, headers: Record<string, string> = {}): Promise<Reply> =>
  app.call(method, `${base}${path}`, { token: ada.token, headers, ...(json && { json }) });
const slug = () => `p-${randomBytes(8).toString('hex')}`;
const tried = (count: number) => ({ numRuns: runs(count), endOnFailure: true });

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((value) => value.isWellFormed() && /\S/.test(value));
const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('__proto__'));
const plain = text.filter((value) => !value.includes('${') && value !== '__proto__');
const server = fc.oneof(
  fc.record({
    command: text,
    args: fc.array(plain, { maxLength: 4 }),
    env: fc.dictionary(plain, plain, { maxKeys: 4 }),
    extra: json,
  }),
  fc.record({
    url: fc.webUrl({ validSchemes: ['https'] }),
    headers: fc.dictionary(plain, plain, { maxKeys: 3 }),
    transport: fc.constantFrom('streamable-http', 'sse'),
  }),
  fc.record({
    package: fc.record({
      registry_type: fc.constantFrom('npm', 'pypi', 'oci'),
      identifier: fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/),
      package_arguments: fc.array(json, { maxLength: 3 }),
    }),
  }),
);
const schema = fc.record({
  type: fc.constant('object'),
  properties: fc.dictionary(plain, fc.constantFrom({ type: 'string' }, { type: 'integer', minimum: 1 }, true)),
  description: text,
});
const config = fc
  .record({
    servers: fc.array(server, { maxLength: 3 }),
    tools: fc.array(fc.record({ inputSchema: schema, note: json }), { maxLength: 3 }),
    server_json: fc.dictionary(plain, json, { maxKeys: 4 }),
  })
  .map(({ servers, tools, server_json }) => ({
    servers: servers.map((of, index) => ({ name: `s${index}`, ...of })),
    tools: tools.map((of, index) => ({ name: `t${index}`, ...of })),
    server_json,
  }))
  // Secrets do not read back: they are moved out of the configuration.
  .filter((of) => findSecrets(of).length === 0);

async function create(more: object = {}): Promise<{ id: string; slug: string }> {
  const {
    status,
    body,
    text: said,
  } = await call('POST', '', { name: 'P', slug: slug(), version: '1.0.0', config: { servers: [] }, ...more });
  expect(status, said).toBe(201);
  return body as { id: string; slug: string };
}

async function history(id: string): Promise<{ revision: number; change_type: string }[]> {
  const found: { revision: number; change_type: string }[] = [];
  for (let page = 1; ; page += 1) {
    const { body } = await call('GET', `/${id}/history?page=${page}`);
    found.push(...(body['versions'] as typeof found));
    if (page >= Number(body['pages'])) return found;
  }
}

describe('a tool', () => {
  it('that was created reads back equal, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.string({ unit: 'grapheme', maxLength: 200 }).filter((value) => value.isWellFormed()),
        config,
        async (name, description, of) => {
          const sent = { name, description, slug: slug(), version: '1.0.0', config: of };
          const { id } = await create(sent);
          const { body } = await call('GET', `/${id}`);
          expect(body).toMatchObject({ name, description, slug: sent.slug });
          expect(JSON.stringify(body['config'])).toBe(JSON.stringify(JSON.parse(JSON.stringify(of))));
        },
      ),
      tried(15),
    );
  });

  it('gets exactly one entry of history from each update, restore and deletion', async () => {
    const step = fc.oneof(
      fc.record({ is: fc.constant('update' as const), name: fc.constantFrom('A', 'B') }),
      fc.record({ is: fc.constant('restore' as const), at: fc.nat() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.boolean(), async (steps, last) => {
        const { id } = await create();
        const expected = ['create'];
        let name = 'P';
        for (const one of steps) {
          if (one.is === 'update') {
            await call('PUT', `/${id}`, { name: one.name });
            if (one.name !== name) expected.push('update');
            ({ name } = one);
          } else {
            await call('POST', `/${id}/restore`, { revision: 1 + (one.at % expected.length) });
            expected.push('restore');
          }
        }
        if (last) {
          await call('DELETE', `/${id}`);
          expected.push('delete');
        }
        const entries = (await history(id)).toReversed();
        expect(entries.map(({ change_type }) => change_type)).toEqual(expected);
        expect(entries.map(({ revision }) => revision)).toEqual(expected.map((_, index) => index + 1));
      }),
      tried(8),
    );
  });

  it('changed by eight writers in any order has each revision once, in order, and no lost one', async () => {
    const write = fc.record({ writer: fc.nat(7), matched: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(write, { minLength: 8, maxLength: 24 }), async (scheduler, writes) => {
        const { id } = await create();
        const accepted: number[] = [];
        const writers = Array.from({ length: 8 }, (_, writer) => writes.filter((each) => each.writer === writer));
        const run = async (writer: number): Promise<void> => {
          for (const [turn, { matched }] of (writers[writer] ?? []).entries()) {
            await scheduler.schedule(Promise.resolve());
            const seen = await call('GET', `/${id}`);
            const headers = matched ? { 'if-match': seen.headers.get('etag') ?? '' } : {};
            const { status, body } = await call('PUT', `/${id}`, { name: `w${writer} ${turn}` }, headers);
            expect(matched ? [200, 412] : [200]).toContain(status);
            if (status === 200) accepted.push(Number(body['revision']));
          }
        };
        await scheduler.waitFor(Promise.all(writers.map((_, writer) => run(writer))));
        const revisions = (await history(id)).map(({ revision }) => revision).toReversed();
        expect(revisions).toEqual(Array.from({ length: accepted.length + 1 }, (_, index) => index + 1));
        expect(accepted.toSorted((a, b) => a - b)).toEqual(revisions.slice(1));
      }),
      tried(5),
    );
  });
});

describe('the pages of a list', () => {
  it('are disjoint and add up to the total, however it is sorted, filtered and cut', async () => {
    const word = `w${randomBytes(5).toString('hex')}`;
    const all: string[] = [];
    for (let n = 0; n < 23; n += 1) {
      const { id } = await create({
        name: `${word} ${'abc'[n % 3] ?? ''}`,
        status: n % 2 === 0 ? 'active' : 'draft',
        config: { servers: [{ name: 's', command: 'npx' }] },
      });
      all.push(id);
    }
    const sort = fc.constantFrom('name', '-name', 'created_at', '-created_at', 'updated_at', '-updated_at');
    await fc.assert(
      fc.asyncProperty(
        sort,
        fc.integer({ min: 1, max: 30 }),
        fc.option(fc.constantFrom('active', 'draft')),
        fc.boolean(),
        async (by, size, status, searched) => {
          const query = `sort=${by}&page_size=${size}${status === null ? '' : `&status=${status}`}${searched ? `&search=${word}` : `&author_id=${ada.id}`}`;
          const first = await call('GET', `?${query}`);
          const { total, pages } = first.body as { total: number; pages: number };
          const found: string[] = [];
          for (let page = 1; page <= Math.max(1, pages); page += 1) {
            const { body } = await call('GET', `?${query}&page=${page}`);
            expect(body).toMatchObject({ total, pages, page });
            found.push(...(body['items'] as { id: string }[]).map(({ id }) => id));
          }
          expect(new Set(found).size).toBe(found.length);
          expect(found).toHaveLength(total);
          const expected = all.filter((_, n) => status === null || status === (n % 2 === 0 ? 'active' : 'draft'));
          expect(found).toEqual(expect.arrayContaining(expected));
          if (searched) expect(total).toBe(expected.length);
        },
      ),
      tried(10),
    );
  });
});
