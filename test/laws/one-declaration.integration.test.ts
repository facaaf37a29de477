import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiDescriptionOf } from '../../infra/api-description.ts';
import { discover, type DiscoveredFunction, ofKind } from '../../infra/discover.ts';
import { lambdaHandler } from '../../infra/lambda-entry.ts';
import { startGateway } from '../../infra/local/gateway/server.ts';
import { restDocument } from '../../infra/rest-document.ts';
import { splitRoute } from '../../lib/kernel/http/openapi.ts';
import type { Handler } from '../../lib/kernel/lambda/declaration.ts';
import { timeoutSecondsOf } from '../../lib/kernel/lambda/timeouts.ts';
import { installTestHost } from '../infra/local/gateway/fixture.ts';
import { lambdaOf, type Resource, synthesize, synthesisMs } from '../infra/stacks/synthesize.ts';

/* Law: one declaration. Lambda, the stacks, OpenAPI, the local gateway and the generated tests read the same one, so that a new endpoint is one file. */

type HttpFunction = ReturnType<typeof httpOf>[number];
const httpOf = (functions: readonly DiscoveredFunction[]) =>
  [...ofKind(functions, 'endpoint'), ...ofKind(functions, 'stream')].filter(
    ({ declaration }) => !declaration.route.startsWith('ANY '),
  );

/** What each reader made of a set of functions. */
interface Readings {
  /** Operation ids, by method and path. */
  readonly openapi: ReadonlyMap<string, string>;
  /** What API Gateway calls, by method and path. */
  readonly api: ReadonlyMap<string, string>;
  readonly stack: Readonly<Record<string, Resource>>;
  /** Functions that the local gateway ran, by method and path. */
  readonly gateway: ReadonlyMap<string, string>;
  /** How Lambda runs them. */
  readonly lambda: ReadonlyMap<string, 'streamed' | 'whole'>;
}

type Paths = Record<string, Record<string, Record<string, unknown>>>;
const entries = (paths: Paths, of: (operation: Record<string, unknown>) => unknown): Map<string, string> =>
  new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, String(of(operation))]),
    ),
  );

async function readingsOf(functions: readonly DiscoveredFunction[]): Promise<Readings> {
  const openapi = await apiDescriptionOf(functions, '1.0.0').openapi();
  const streams = new Set(ofKind(functions, 'stream').map(({ id }) => id));
  const api = restDocument({
    openapi,
    streams,
    fallback: 'fallback',
    functionArn: (id) => `<${id}>`,
    region: 'r',
    partition: 'aws',
    invokeRoleArn: 'role',
    name: 'api',
  });
  return {
    openapi: entries(openapi['paths'] as Paths, ({ operationId }) => operationId),
    api: entries(api['paths'] as Paths, (method) => (method['x-amazon-apigateway-integration'] as { uri: string }).uri),
    stack: (await synthesize(functions)).service,
    gateway: await whoAnswers(functions),
    lambda: new Map(httpOf(functions).map(({ id, handler }) => [id, howItRuns(handler)])),
  };
}

/** Lambda streams what was wrapped for it. */
function howItRuns(handler: Handler): 'streamed' | 'whole' {
  const lambda = { streamifyResponse: () => 'streamed' };
  const before = (globalThis as { awslambda?: unknown }).awslambda;
  Object.assign(globalThis, { awslambda: lambda });
  const made = lambdaHandler(handler, () => ({}) as never, {});
  Object.assign(globalThis, { awslambda: before });
  return made === 'streamed' ? 'streamed' : 'whole';
}

/** Asks the local gateway for every route; each function answers its own name in its own manner. */
async function whoAnswers(functions: readonly DiscoveredFunction[]): Promise<Map<string, string>> {
  installTestHost();
  const gateway = await startGateway({
    functions: functions.map((each) => ({ ...each, handler: namesItself(each) })),
    port: 0,
    stage: 'test',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  try {
    const answers = await Promise.all(
      httpOf(functions).map(async ({ declaration: { route } }) => {
        const { method, path } = splitRoute(route);
        const response = await fetch(gateway.url + path.replace(/\{[^}]+\}/g, 'x'), { method });
        return [route, await response.text()] as const;
      }),
    );
    return new Map(answers);
  } finally {
    await gateway.stop();
  }
}

function namesItself({ id, declaration }: DiscoveredFunction): Handler {
  const head = { statusCode: 200, headers: {} };
  const whole = async () => ({ ...head, body: `${id} whole` });
  const streamed = async (_event: unknown, out: Writable) => {
    const { awslambda } = globalThis as unknown as {
      awslambda: { HttpResponseStream: { from(out: Writable, head: object): Writable } };
    };
    awslambda.HttpResponseStream.from(out, head).end(`${id} streamed`);
  };
  return Object.assign(declaration.kind === 'stream' ? streamed : whole, { declaration });
}

/** Where a reader says something else than a declaration. */
function disagreements(functions: readonly HttpFunction[], readings: Readings): string[] {
  return functions.flatMap(({ id, declaration }) => {
    const { route } = declaration;
    const manner = declaration.kind === 'stream' ? 'streamed' : 'whole';
    const suffix = manner === 'streamed' ? 'response-streaming-invocations' : 'invocations';
    const lambda = lambdaIn(readings.stack, `mcp-dev-${id}`);
    const said: Record<string, boolean> = {
      OpenAPI: readings.openapi.get(route) === id,
      'API Gateway': readings.api.get(route)?.endsWith(`functions/<${id}>/${suffix}`) === true,
      'the stack':
        lambda?.['MemorySize'] === (declaration.memoryMb ?? 512) && lambda['Timeout'] === timeoutSecondsOf(declaration),
      'the local gateway': readings.gateway.get(route) === `${id} ${manner}`,
      Lambda: readings.lambda.get(id) === manner,
    };
    return Object.keys(said).flatMap((reader) => (said[reader] === true ? [] : [`${reader} has another ${id}`]));
  });
}

function lambdaIn(stack: Readings['stack'], name: string): Record<string, unknown> | undefined {
  const isThere = Object.values(stack).some(({ Properties }) => Properties?.['FunctionName'] === name);
  return isThere ? lambdaOf(stack, name) : undefined;
}

const folder = mkdtempSync(join(tmpdir(), 'planted-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A function file, as somebody would add it. */
function plant(file: string, kind: 'endpoint' | 'stream', declaration: string): void {
  mkdirSync(join(folder, 'planted'), { recursive: true });
  const root = join(import.meta.dirname, '../..');
  writeFileSync(
    join(folder, 'planted', file),
    `import { ${kind} } from '${root}/lib/kernel/http/${kind}.ts';
     import * as z from '${root}/node_modules/zod/index.js';
     export const handler = ${kind}({ summary: 'x', run: async () => ({}), ${declaration} });`,
  );
}

let functions: DiscoveredFunction[];
let planted: DiscoveredFunction[];
let before: Readings;
let after: Readings;
beforeAll(async () => {
  plant(
    'p-endpoint.ts',
    'endpoint',
    `route: 'PUT /planted/{id}', permission: 'public', output: z.object({}), memoryMb: 333`,
  );
  plant(
    'p-stream.stream.ts',
    'stream',
    `route: 'GET /planted', permission: 'public', produces: 'text/plain', timeoutSeconds: 77`,
  );
  functions = await discover();
  planted = await discover(folder);
  before = await readingsOf(functions);
  after = await readingsOf([...functions, ...planted]);
}, 2 * synthesisMs);

describe('one declaration', () => {
  it('is what all of its readers say', () => {
    expect(httpOf(functions).length).toBeGreaterThan(60);
    expect(disagreements(httpOf(functions), before)).toEqual([]);
  });

  it('in a new file is all that an endpoint needs', () => {
    expect(disagreements(httpOf([...functions, ...planted]), after)).toEqual([]);
  });

  it('is caught when a reader has missed it', () => {
    const readers = ['OpenAPI', 'API Gateway', 'the stack', 'the local gateway', 'Lambda'];
    expect(disagreements(httpOf(planted), before)).toEqual(
      ['p-endpoint', 'p-stream'].flatMap((id) => readers.map((reader) => `${reader} has another ${id}`)),
    );
    const [first] = httpOf(functions);
    if (!first) throw new Error('There are no endpoints.');
    const changed = { ...first, declaration: { ...first.declaration, memoryMb: 1 } } as HttpFunction;
    expect(disagreements([changed], before)).toEqual([`the stack has another ${first.id}`]);
  });

  it('is where the generated tests take their routes from', () => {
    const tests = join(import.meta.dirname, '../every-endpoint');
    const files = readdirSync(tests).filter((file) => /^(access|methods|malformed|description)\./.test(file));
    expect(files).toHaveLength(4);
    for (const file of files)
      expect([file, readFileSync(join(tests, file), 'utf8')]).toEqual([
        file,
        expect.stringMatching(/discover\(\)|startApp\(/),
      ]);
  });
});
