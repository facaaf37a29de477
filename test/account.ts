import { waitUntil } from './wait-until.ts';

export interface Account {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  /** Lives for a quarter of an hour. */
  readonly token: string;
  readonly apiKey: string;
  /** By API key. Answers the parsed body. @throws Error for a refusal. */
  call(method: string, path: string, json?: object): Promise<Record<string, unknown>>;
}

/** Somebody new, or from an earlier start, signed in. `path` of calls is below `/api/v1`. */
export async function signIn(base: string, username = 'bench'): Promise<Account> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  const call: Account['call'] = async (method, path, json) => {
    const body = json && JSON.stringify(json);
    // A store missed its deadline: others work on the machine too.
    const response = await waitUntil(`an answer of ${path} other than 503`, async () => {
      const answer = await fetch(`${base}/api/v1${path}`, { method, headers, ...(body !== undefined && { body }) });
      return answer.status !== 503 && answer;
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const account = { username, password: 'Measured1bench' };
  const known = await call('POST', '/auth/login', account).catch(() => undefined);
  if (!known) await call('POST', '/auth/register', { ...account, email: `${username}@example.org` });
  const { access_token: token } = known ?? (await call('POST', '/auth/login', account));
  headers['authorization'] = `Bearer ${String(token)}`;
  const { key } = await call('POST', '/auth/api-keys', { name: `bench ${Date.now()}` });
  delete headers['authorization'];
  headers['x-api-key'] = String(key);
  const { id } = await call('GET', '/auth/me');
  return { id: String(id), ...account, token: String(token), apiKey: String(key), call };
}

/** The deployment as it is once it runs, with its one replica. @throws Error when it fails. */
export function untilRunning(call: Account['call'], deploymentId: unknown): Promise<Record<string, unknown>> {
  const path = `/deployments/${String(deploymentId)}`;
  const look = async () => {
    const view = await call('GET', path);
    if (view['status'] === 'failed')
      throw new Error(`the server could not be deployed: ${JSON.stringify(view['last_error'])}`);
    const { replicas } = await call('GET', `${path}/health`);
    return view['status'] === 'running' && (replicas as unknown[]).length === 1 && view;
  };
  return waitUntil('a server that runs', look, 120_000, 200);
}

/** Deploys a tool, and waits until it runs. */
export async function deploy(
  call: Account['call'],
  toolId: unknown,
  config?: object,
): Promise<Record<string, unknown>> {
  const { deployment_id } = await call('POST', '/deployments', { tool_id: toolId, ...(config && { config }) });
  return untilRunning(call, deployment_id);
}
