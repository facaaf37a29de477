import { createConnection } from 'mysql2/promise';
import { expect } from 'vitest';
import { scheduledEvent } from '../../../infra/local/gateway/clock.ts';
import { deliveryHeaders, GithubStandIn, sign } from '../../fixtures/github/stand-in.ts';
import { type App, type AppOptions, type Reply, type SignedUp, startApp } from '../../harness.ts';
import { afterFile } from '../../after-file.ts';

/** The platform beside a GitHub of its own. */
export interface World {
  readonly app: App;
  readonly github: GithubStandIn;
  /** A token of this role at GitHub. */
  token(role?: 'read' | 'write' | 'admin', scopes?: string): string;
  connect(user: SignedUp, body: Record<string, unknown>): Promise<Reply>;
  /** The end of a task. */
  ended(user: SignedUp, taskId: unknown): Promise<Record<string, unknown>>;
  sync(user: SignedUp, connectionId: unknown): Promise<Record<string, unknown>>;
  connection(user: SignedUp, connectionId: unknown): Promise<Record<string, unknown>>;
  history(user: SignedUp, toolId: unknown): Promise<Record<string, unknown>[]>;
  deliver(body: string, secret: string, headers?: Record<string, string>, query?: string): Promise<Reply>;
  reconcile(): Promise<void>;
  /** The look that comes ten minutes after the last one. */
  lookNow(...connectionIds: readonly string[]): Promise<void>;
}

export async function startWorld(options: AppOptions = {}): Promise<World> {
  const github = await GithubStandIn.start();
  afterFile(() => github.stop());
  const app = await startApp({ ...options, env: { GITHUB_API_URL: github.url, ...options.env } });
  let tokens = 0;
  const world: World = {
    app,
    github,
    token(role = 'admin', scopes) {
      tokens += 1;
      const token = `github_pat_${String(tokens).padStart(30, 'x')}`;
      github.tokens.set(token, { role, ...(scopes !== undefined && { scopes }) });
      return token;
    },
    connect: (user, json) => app.call('POST', '/api/v1/github/connect', { token: user.token, json }),
    async ended(user, taskId) {
      let task: Record<string, unknown> = {};
      await expect
        .poll(
          async () => {
            task = (await app.call('GET', `/api/v1/tasks/${String(taskId)}`, { token: user.token })).body;
            return task['status'];
          },
          { interval: 100 },
        )
        .toMatch(/completed|failed|cancelled/);
      return task;
    },
    async sync(user, connectionId) {
      const begun = await app.call('POST', `/api/v1/github/sync/${String(connectionId)}`, { token: user.token });
      expect(begun.status, begun.text).toBe(202);
      return world.ended(user, begun.body['task_id']);
    },
    connection: async (user, connectionId) =>
      (await app.call('GET', `/api/v1/github/connections/${String(connectionId)}`, { token: user.token })).body,
    async history(user, toolId) {
      const { body } = await app.call('GET', `/api/v1/mcps/${String(toolId)}/history?page_size=10`, {
        token: user.token,
      });
      return (body['versions'] ?? []) as Record<string, unknown>[];
    },
    deliver: (body, secret, headers = {}, query = '') =>
      app.call('POST', `/api/v1/github/webhook${query}`, {
        raw: body,
        headers: { ...deliveryHeaders('push', crypto.randomUUID(), sign(secret, body)), ...headers },
      }),
    async lookNow(...ids) {
      const sql = await createConnection(app.database);
      await sql.query('UPDATE github_connections SET last_checked_at = NULL WHERE id IN (?)', [ids]);
      await sql.end();
      await world.reconcile();
    },
    reconcile: async () => {
      await app.invoke('reconcile-connections', scheduledEvent('reconcile-connections', new Date()));
    },
  };
  return world;
}

export { serverJson } from './server-json.ts';
