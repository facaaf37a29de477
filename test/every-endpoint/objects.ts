import { randomBytes, randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { createConnection } from 'mysql2/promise';
import { signIn } from '../functions/oauth/sign-in.ts';
import type { App, SignedUp } from '../harness.ts';

/** Makes one thing of somebody's and answers its id, by the path parameter that names such things. */
type Maker = (app: App, owner: SignedUp) => Promise<string>;

const slug = () => `s${randomBytes(6).toString('hex')}`;

async function made(app: App, owner: SignedUp, path: string, json: object, member: string): Promise<string> {
  const { status, body, text } = await app.call('POST', path, { token: owner.token, json });
  if (status !== 201 && status !== 202) throw new Error(`${path} answered ${status}: ${text}`);
  return String(body[member]);
}

function tool(app: App, owner: SignedUp): Promise<string> {
  // A remote server needs no container.
  const config = { servers: [{ name: 'far', url: 'http://127.0.0.1:9/mcp' }] };
  return made(app, owner, '/api/v1/mcps', { name: 'Acme', slug: slug(), version: '1.0.0', config }, 'id');
}

function document(app: App, owner: SignedUp): Promise<string> {
  return made(app, owner, '/api/v1/knowledge/documents', { title: 'T', content: 'Some words.' }, 'document_id');
}

/** Without a host beside the platform nothing can be connected, so the row is written as connecting writes it. */
async function connection(app: App, owner: SignedUp): Promise<string> {
  const id = randomUUID();
  const sql = await createConnection(app.database);
  await sql.query(
    `INSERT INTO github_connections
       (id, user_id, repository_url, repository_id, repository, branch, default_branch, status, webhook_secret, created_at, updated_at)
     VALUES (?, ?, 'https://github.com/acme/weather', 1, 'acme/weather', 'main', 'main', 'connected', '', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
    [id, owner.id],
  );
  await sql.end();
  return id;
}

async function grant(app: App, owner: SignedUp): Promise<string> {
  await signIn(app, owner);
  const { body } = await app.call('GET', '/api/v1/auth/grants', { token: owner.token });
  const [made] = body['items'] as { id: string }[];
  if (!made) throw new Error('Signing in for an application left no grant.');
  return made.id;
}

/** Another login of the owner's. */
async function session(app: App, { username, password }: SignedUp): Promise<string> {
  const { body } = await app.call('POST', '/api/v1/auth/login', { json: { username, password } });
  return String(decodeJwt(String(body['access_token']))['sid']);
}

/** Written as connecting writes it, without a server that wants one. */
async function account(app: App, owner: SignedUp): Promise<string> {
  const [id, toolId] = [randomUUID(), await tool(app, owner)];
  const sql = await createConnection(app.database);
  await sql.query(
    `INSERT INTO upstream_accounts (id, user_id, tool_id, slug, issuer, server_host, scope, tokens, version, created_at)
     VALUES (?, ?, ?, 'far', 'https://issuer.example', 'far.example', '', '', 1, UTC_TIMESTAMP(3))`,
    [id, owner.id, toolId],
  );
  await sql.end();
  return id;
}

export const makers: Readonly<Record<string, Maker>> = {
  tool_id: tool,
  key_id: (app, owner) => made(app, owner, '/api/v1/auth/api-keys', { name: 'k' }, 'id'),
  user_id: async (_app, owner) => owner.id,
  deployment_id: async (app, owner) => {
    const tool_id = await tool(app, owner);
    return made(app, owner, '/api/v1/deployments', { tool_id }, 'deployment_id');
  },
  task_id: (app, owner) =>
    made(
      app,
      owner,
      '/api/v1/analyze/feasibility',
      { config: { servers: [{ name: 'a', command: 'npx' }] } },
      'task_id',
    ),
  connection_id: connection,
  grant_id: grant,
  session_id: session,
  account_id: account,
  doc_id: document,
  judgement_id: async (app, owner) => {
    const judged = { query: 'words', document_id: await document(app, owner) };
    return made(app, owner, '/api/v1/knowledge/judgements', judged, 'judgement_id');
  },
  passage_id: async (app, owner) => `${await document(app, owner)}.1.0`,
};
