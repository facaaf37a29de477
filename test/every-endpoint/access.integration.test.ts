import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { discover, ofKind } from '../../infra/discover.ts';
import { exampleOf } from '../../infra/local/example.ts';
import { endpoint } from '../../lib/kernel/http/endpoint.ts';
import { notFound } from '../../lib/kernel/errors/problem.ts';
import { splitRoute } from '../../lib/kernel/http/openapi.ts';
import { againWhileBusy, type App, type CallOptions, newSigningKeys, type SignedUp, startApp } from '../harness.ts';
import { planted } from '../infra/local/gateway/fixture.ts';
import { accessOf, type HttpFunction, misdeclared, ownership } from './access-rules.ts';
import { type CallerKind, everyCaller } from './callers.ts';
import { inBatches } from './in-batches.ts';
import { makers } from './objects.ts';
import { someOf } from '../runs.ts';

/*
 * Every route × every kind of caller, the expected answer computed from the contract's rules; and every route that names somebody's thing × everybody else.
 */

const ToolId = z.object({ tool_id: z.string() });
const flaws = [
  planted(
    'flaw-open',
    endpoint({
      route: 'GET /api/v1/mcps/{tool_id}/flaw-open',
      summary: 'Forgets its permission',
      permission: 'public',
      params: ToolId,
      output: z.object({}),
      run: () => ({}),
    }),
  ),
  planted(
    'flaw-any',
    endpoint({
      route: 'DELETE /api/v1/mcps/{tool_id}/flaw-any',
      summary: 'Forgets which permission',
      permission: 'authenticated',
      params: ToolId,
      output: z.object({}),
      run: () => ({}),
    }),
  ),
  planted(
    'flaw-owner',
    endpoint({
      route: 'DELETE /api/v1/mcps/{tool_id}/flaw-owner',
      summary: 'Forgets who the author is',
      permission: 'mcps:delete',
      uses: ['mysql'],
      params: ToolId,
      output: z.object({}),
      run: async ({ params, services }) => {
        if (!(await services.tools.find(params.tool_id))) throw notFound('tool', params.tool_id);
        return {};
      },
    }),
  ),
  planted(
    'flaw-private',
    endpoint({
      route: 'GET /api/v1/auth/api-keys/{key_id}/flaw-private',
      summary: "Shows anybody's key",
      permission: 'authenticated',
      uses: ['mysql'],
      params: z.object({ key_id: z.string() }),
      output: z.object({}),
      run: async ({ params, services }) => {
        if (!(await services.apiKeys.byId(params.key_id))) throw notFound('api_key', params.key_id);
        return {};
      },
    }),
  ),
];

const isHttp = (functions: Awaited<ReturnType<typeof discover>>): HttpFunction[] => [
  ...ofKind(functions, 'endpoint'),
  ...ofKind(functions, 'stream'),
];
const found = await discover();
const routes = isHttp(found).filter(({ declaration }) => !declaration.route.startsWith('ANY '));
const guarded = routes.filter(({ declaration: { route } }) => !['public', 'recognised'].includes(accessOf(route)));
const plantedRoutes = isHttp(flaws);
const parameterOf = ({ declaration }: HttpFunction) => /\{(\w+)\}/.exec(declaration.route)?.[1];
const owned = (functions: readonly HttpFunction[]) =>
  functions.filter((each) => !['none', undefined].includes(ownership[parameterOf(each) ?? 'asset']));

let app: App;
let admin: SignedUp;
let callers: CallerKind[];
let people: { readonly owner: SignedUp; readonly other: SignedUp };
beforeAll(async () => {
  const JWT_PRIVATE_KEYS = await newSigningKeys();
  app = await startApp({
    functions: [...found, ...flaws],
    env: {
      JWT_PRIVATE_KEYS,
      RATE_LIMIT_SCALE: '100000',
      ALLOW_PRIVATE_ADDRESSES: 'true',
      QUOTAS: '{"api_keys":500,"streams":500}',
    },
  });
  admin = await app.enterAdmin();
  callers = await everyCaller(app, JWT_PRIVATE_KEYS, admin);
  people = { owner: await app.signUp(), other: await app.signUp() };
});

const nobodys = '019c1385-1a40-7000-8000-0000000000ff';

/** Status and, of a refusal, the permission that it names. A stream is left as soon as it has begun. */
async function ask({ declaration }: HttpFunction, credential: CallOptions, id = nobodys, json?: unknown) {
  const { method, path } = splitRoute(declaration.route);
  const body = json ?? (declaration.body ? {} : undefined);
  const leaving = new AbortController();
  const init = {
    method,
    signal: leaving.signal,
    headers: {
      ...(credential.token !== undefined && { authorization: `Bearer ${credential.token}` }),
      ...(credential.apiKey !== undefined && { 'x-api-key': credential.apiKey }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      accept: 'application/json, text/event-stream',
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  const url = app.url + path.replace(/\{[^}]+\}/g, id);
  const response = await againWhileBusy(declaration.route, () => fetch(url, init));
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  const problem = isProblem ? ((await response.json()) as Record<string, unknown>) : {};
  if (!isProblem) leaving.abort();
  return { status: response.status, lacking: problem['required_permission'], detail: problem['detail'] };
}

/** What is wrong with how a route treats a kind of caller; undefined when nothing is. */
async function faultOf(route: HttpFunction, caller: CallerKind): Promise<string | undefined> {
  const rule = accessOf(route.declaration.route);
  if (rule === 'public' || rule === 'recognised') return undefined;
  // This installation does not say that it is on one machine.
  const access = rule === 'metrics' ? 'metrics:read' : rule;
  const { status, lacking, detail } = await ask(route, caller.credential);
  const wrong = `${route.id} answered ${status} to ${caller.name}`;
  if (caller.may === undefined) return status === 401 ? undefined : wrong;
  // On the endpoint of all servers such a key reaches those to which it is held.
  const namesServer = route.declaration.route.includes('{slug}');
  if (access === 'mcp:call' && caller.isHeldElsewhere && namesServer) return status === 403 ? undefined : wrong;
  const mayIn = access === 'authenticated' || caller.may(access);
  if (!mayIn) return status === 403 && lacking === access ? undefined : `${wrong} (${String(detail)})`;
  // A code for the second factor is asked for by a 401 of its own, whoever is logged in.
  if (route.id === 'delete-totp' && status === 401 && /authenticator/.test(String(detail))) return undefined;
  // Whoever gives a role with a key carries each of its permissions; the first that is missing is named.
  const givesRole = route.id === 'create-invite' && /cannot give the role/.test(String(detail));
  const keyRefused = status === 403 && (lacking === undefined || givesRole) && caller.credential.apiKey !== undefined;
  const admitted = status < 500 && status !== 401 && status !== 429 && (status !== 403 || keyRefused);
  return admitted ? undefined : `${wrong} (${String(detail)})`;
}

async function faultsOf(functions: readonly HttpFunction[], kinds: readonly CallerKind[]): Promise<string[]> {
  const asked = functions.flatMap((each) => {
    const telling = kinds.filter(({ name }) => tells(each, name));
    return [
      ...telling,
      ...someOf(
        kinds.filter(({ name }) => !tells(each, name)),
        0.1,
      ),
    ].map((kind) => [each, kind] as const);
  });
  const faults = await inBatches(asked, ([each, kind]) => faultOf(each, kind));
  return faults.filter((fault) => fault !== undefined);
}

/** Whether a kind of caller tells most about a route: who is nobody, who has a role, and whose key holds exactly what the route requires, or all but that. */
function tells({ declaration }: HttpFunction, caller: string): boolean {
  const permission = accessOf(declaration.route);
  return [
    'nobody',
    'viewer',
    'developer',
    'admin',
    'a key without scopes',
    `a key with ${permission} alone`,
    `a key with everything but ${permission}`,
  ].includes(caller);
}

/** How a route treats somebody else's thing: as missing, as not to be changed, or as everybody's. */
async function ownerFault(route: HttpFunction): Promise<string | undefined> {
  const parameter = parameterOf(route) ?? '';
  const rule = ownership[parameter];
  const maker = makers[parameter];
  if (rule === undefined || !maker) return `${route.id}: the matrix has no rule or no maker for {${parameter}}`;
  // Who is changed by the request is nobody who is needed afterwards.
  const owner = parameter === 'user_id' ? await app.signUp() : people.owner;
  const { other } = people;
  const id = await maker(app, owner);
  const reads = route.declaration.route.startsWith('GET ');
  const expected = rule === 'private' ? [404] : reads && rule === 'shared' ? [200, 403] : [403];
  const json = route.declaration.body ? exampleOf(route.declaration.body) : undefined;
  const { status, detail } = await ask(route, other, id, json);
  if (!expected.includes(status)) return `${route.id} answered ${status} to another user (${String(detail)})`;
  const own = await ask(route, rule === 'admins' ? admin : owner, id, json);
  return own.status < 500 && ![401, 403, 404].includes(own.status)
    ? undefined
    : `${route.id} answered ${own.status} to its owner (${String(own.detail)})`;
}

async function ownerFaults(functions: readonly HttpFunction[]): Promise<string[]> {
  const faults = await inBatches(owned(functions), ownerFault);
  return faults.filter((fault) => fault !== undefined);
}

describe('access', () => {
  it('takes the permission that the contract says, at every route', () => {
    expect(misdeclared(routes)).toEqual([]);
  });

  it('is what the permission says, for every route and every kind of caller', { timeout: 900_000 }, async () => {
    expect(guarded.length).toBeGreaterThan(25);
    expect(callers.length).toBeGreaterThan(40);
    expect(await faultsOf(guarded, callers)).toEqual([]);
  });

  it("to somebody else's things is refused, at every route that names one", { timeout: 600_000 }, async () => {
    expect(await ownerFaults(routes)).toEqual([]);
  });

  it('that a route forgets to guard is found', async () => {
    const wrong = misdeclared(plantedRoutes);
    expect(wrong.map((text) => text.split(':')[0])).toEqual(['flaw-open', 'flaw-any', 'flaw-private']);
    const faults = await faultsOf(plantedRoutes, callers);
    expect(faults).toContain('flaw-open answered 200 to nobody');
    expect(faults.join('\n')).toMatch(/flaw-any answered \d+ to viewer/);
    const leaks = await ownerFaults(plantedRoutes);
    expect(leaks.join('\n')).toMatch(/flaw-owner answered 200 to another user/);
    expect(leaks.join('\n')).toMatch(/flaw-private answered 200 to another user/);
  });
});
