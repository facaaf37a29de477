import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runningBase } from '../../infra/local/state.ts';

const server = fileURLToPath(new URL('../functions/deployments/fixture-server.mjs', import.meta.url));

/** So long a sign-in of the user is used: its token may be as short-lived as those of the clients. */
const enteredMs = 10_000;

export type Json = Record<string, unknown>;

/** A user of the platform that runs here, and the server that they have deployed for the clients. */
export interface Deployed {
  readonly base: string;
  readonly slug: string;
  readonly account: { readonly username: string; readonly password: string };
  readonly key: string;
  /** The deployment's blocks, as they are printed. */
  readonly connect: Readonly<Record<string, string>>;
  /** Calls the API as the user. @throws Error for any answer that is no success. */
  call(method: string, path: string, body?: object): Promise<Json>;
  restart(): Promise<void>;
  remove(): Promise<void>;
}

export async function deployForClients(): Promise<Deployed> {
  const base = runningBase();
  const name = `clients-${randomBytes(4).toString('hex')}`;
  const account = { username: name, password: `Clients-${name}-1a` };
  let token: string | undefined;
  let enteredAt = Number.NEGATIVE_INFINITY;

  const send = async (method: string, path: string, body?: object): Promise<Json> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as Json;
  };
  const call = async (method: string, path: string, body?: object): Promise<Json> => {
    if (performance.now() - enteredAt > enteredMs) {
      token = undefined;
      token = String((await send('POST', '/api/v1/auth/login', account))['access_token']);
      enteredAt = performance.now();
    }
    return send(method, path, body);
  };
  const untilRunning = async (id: string): Promise<Json> => {
    for (const until = Date.now() + 120_000; Date.now() < until; await sleep(200)) {
      const view = await call('GET', `/api/v1/deployments/${id}`);
      const { replicas } = await call('GET', `/api/v1/deployments/${id}/health`);
      if (view['status'] === 'running' && (replicas as Json[]).length === 1) return view;
    }
    throw new Error('the server did not run within two minutes');
  };

  await send('POST', '/api/v1/auth/register', { ...account, email: `${name}@example.org` });
  const { key } = await call('POST', '/api/v1/auth/api-keys', { name });
  const config = { servers: [{ name: 'fixture', command: process.execPath, args: [server] }] };
  const { id } = await call('POST', '/api/v1/mcps', { name, slug: name, version: '1.0.0', status: 'active', config });
  const deploymentId = String((await call('POST', '/api/v1/deployments', { tool_id: id }))['deployment_id']);
  const view = await untilRunning(deploymentId);
  return {
    base,
    slug: name,
    account,
    key: String(key),
    connect: view['connect'] as Record<string, string>,
    call,
    restart: async () => {
      await call('POST', `/api/v1/deployments/${deploymentId}/restart`);
      await untilRunning(deploymentId);
    },
    remove: async () => void (await call('DELETE', `/api/v1/mcps/${name}?force=true`)),
  };
}
