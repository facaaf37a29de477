import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { MongoClient } from 'mongodb';
import { createConnection } from 'mysql2/promise';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type App, type SignedUp, startApp } from '../../harness.ts';
import { waitUntil } from '../../wait-until.ts';
import { notations, places, texts, tokens } from '../../lib/secrets/corpus.ts';

/* A corpus of server blocks with planted tokens goes in by every way, and then nobody finds one of them anywhere. */

let app: App;
let user: SignedUp;
beforeAll(async () => {
  app = await startApp();
  user = await app.signUp();
});

const planted: string[] = [];
const plant = (kind: keyof typeof tokens): string => {
  const secret = tokens[kind]?.() ?? '';
  planted.push(secret.split('/').at(-1) ?? secret);
  return secret;
};

interface Kept {
  readonly id: string;
  readonly revision: number;
  readonly config: { readonly servers: readonly object[] };
  readonly secrets_moved?: readonly { readonly path: string; readonly name: string }[];
}
const create = async (slug: string, servers: readonly object[], headers = {}): Promise<Kept> => {
  const json = { name: slug, slug, version: '1.0.0', config: { servers } };
  const { status, body, text } = await app.call('POST', '/api/v1/mcps', { token: user.token, json, headers });
  expect(status, text).toBe(201);
  return body as unknown as Kept;
};
const update = (id: string, json: object) => app.call('PUT', `/api/v1/mcps/${id}`, { token: user.token, json });

describe('a literal secret', () => {
  it('is replaced by a name, and the answer says where', async () => {
    const secret = plant('OpenAI, project');
    const made = await create('one', [{ name: 's', command: 'npx', env: { OPENAI_API_KEY: secret, REGION: 'eu' } }]);
    expect(made.config.servers).toEqual([
      { name: 's', command: 'npx', env: { OPENAI_API_KEY: '${OPENAI_API_KEY}', REGION: 'eu' } },
    ]);
    expect(made.secrets_moved).toEqual([{ path: '/servers/0/env/OPENAI_API_KEY', name: 'OPENAI_API_KEY' }]);
  });

  it('is no change when it is the same again, and one when it is another', async () => {
    const secret = plant('GitLab');
    const servers = [{ name: 's', command: 'npx', env: { TOKEN: secret } }];
    const { id } = await create('again', servers);
    expect((await update(id, { config: { servers } })).body).toMatchObject({ revision: 1 });
    const next = [{ name: 's', command: 'npx', env: { TOKEN: plant('GitLab') } }];
    expect((await update(id, { config: { servers: next } })).body).toMatchObject({
      revision: 2,
      secrets_moved: [{ name: 'TOKEN' }],
    });
    expect((await update(id, { config: { servers: next } })).body).toMatchObject({ revision: 2 });
  });

  it('goes in by every way and place, in every kind', async () => {
    const kinds = Object.keys(tokens);
    const blocks = Object.values(places);
    for (const [index, block] of blocks.entries()) {
      const servers = kinds
        .filter((_kind, at) => at % blocks.length === index)
        .map((kind, at) => ({ ...block(plant(kind)), name: `s${at}` }));
      const { id } = await create(`kinds-${index}`, servers, { 'idempotency-key': `kinds-${index}` });
      const changed = await update(id, { version: '1.1.0', config: { servers: [block(plant('GitHub, classic'))] } });
      expect(changed.status, changed.text).toBe(200);
    }
    const mcpServers = Object.fromEntries(
      kinds.map((kind, at) => [`imported-${at}`, { command: 'npx', args: ['-y', 'x'], env: { API_KEY: plant(kind) } }]),
    );
    const imported = await app.call('POST', '/api/v1/mcps/import', { token: user.token, json: { mcpServers } });
    expect(imported.status, imported.text.slice(0, 300)).toBe(201);
    expect((imported.body['secrets_moved'] as unknown[]).length).toBe(kinds.length);
  });

  it('goes in as a name, a flag, a scheme or a notation tells it, and beside the servers', async () => {
    const written = Object.values(notations).map((make) => make());
    // Which word is common cannot be looked for in everything that is kept.
    for (const [secret] of written) if (secret.length > 10) planted.push(secret);
    for (let from = 0; from < written.length; from += 25) {
      const servers = written.slice(from, from + 25).map(([, server], at) => ({ ...server, name: `n${at}` }));
      await create(`notations-${from}`, servers);
    }
    for (const [index, part] of Object.values(texts).entries()) {
      const slug = `texts-${index}`;
      const config = { servers: [{ name: 's', command: 'npx' }], ...part(plant('GitHub, classic')) };
      const json = { name: slug, slug, version: '1.0.0', status: 'active', config };
      const { status, text } = await app.call('POST', '/api/v1/mcps', { token: user.token, json });
      expect(status, text).toBe(201);
    }
  });

  it('is refused where nothing can take its place: in the name of a member', async () => {
    const secret = plant('GitHub, classic');
    const config = { servers: [{ name: 's', command: 'npx', env: { [secret]: '1' } }] };
    const json = { name: 'x', slug: 'secret-name', version: '1.0.0', config };
    const { status, text, body } = await app.call('POST', '/api/v1/mcps', { token: user.token, json });
    expect(status, text).toBe(422);
    expect(body).toMatchObject({ errors: [{ pointer: '/config/servers/0/env', type: 'secret_name' }] });
    expect(text).not.toContain(secret);
  });

  it('is found nowhere afterwards: not in answers, logs, MySQL, MongoDB, DynamoDB', async () => {
    // The relay has told everything.
    const mysql = await waitUntil('an outbox without changes', async () => {
      const rows = await readMysql();
      return !rows.includes('"kind":"tool-changed"') && rows;
    });
    const everything = [mysql, await readAnswers(), await readMongo(), await readDynamo(), ...app.lines].join('\n');
    expect(everything.length).toBeGreaterThan(100_000);
    expect(planted.length).toBeGreaterThan(120);
    expect(planted.filter((secret) => everything.includes(JSON.stringify(secret).slice(1, -1)))).toEqual([]);
  });
});

async function readAnswers(): Promise<string> {
  const { body } = await app.call('GET', '/api/v1/mcps?page_size=100', { token: user.token });
  const texts: string[] = [];
  for (const { id } of body['items'] as { id: string }[])
    for (const path of ['', '/history', '/export?format=mcp.json', '/export?format=server.json']) {
      const { status, text } = await app.call('GET', `/api/v1/mcps/${id}${path}`, { token: user.token });
      expect(status, text).toBeLessThan(500);
      texts.push(text);
    }
  return texts.join('\n');
}

async function readMysql(): Promise<string> {
  const { database } = app;
  const connection = await createConnection(database);
  try {
    const [tables] = await connection.query<never[]>('SHOW TABLES');
    const rows = [];
    for (const table of tables)
      rows.push((await connection.query(`SELECT * FROM ${Object.values(table)[0] as string}`))[0]);
    return JSON.stringify(rows).replaceAll('\\"', '"');
  } finally {
    await connection.end();
  }
}

async function readMongo(): Promise<string> {
  const client = new MongoClient(inject('stores').mongodb);
  try {
    const db = client.db(app.stage);
    const collections = await db.listCollections().toArray();
    const all = await Promise.all(collections.map(({ name }) => db.collection(name).find().toArray()));
    return JSON.stringify(all);
  } finally {
    await client.close();
  }
}

async function readDynamo(): Promise<string> {
  const client = new DynamoDBClient({ endpoint: inject('stores').dynamodb, region: 'us-east-1' });
  const scan = await client.send(new ScanCommand({ TableName: `mcp-${app.stage}-requests` }));
  client.destroy();
  expect(scan.Items?.length).toBeGreaterThan(0);
  return JSON.stringify(scan.Items);
}
