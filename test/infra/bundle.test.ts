import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, bundleFunctions } from '../../infra/bundle.ts';
import { discover, type DiscoveredFunction } from '../../infra/discover.ts';
import { rdsCertificatesFile } from '../../infra/rds-certificates.ts';
import { usesOf } from '../../infra/uses.ts';
import type { Use } from '../../lib/kernel/lambda/uses.ts';
import { someOf } from '../runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
const project = join(import.meta.dirname, '../..');
const all = await discover();
const usersOf = (uses: readonly Use[]): DiscoveredFunction[] =>
  all.filter(({ declaration }) => usesOf(declaration).some((use) => uses.includes(use)));
let functions: DiscoveredFunction[];
let bundles: Bundle[];
beforeAll(async () => {
  functions = [...new Set([...heavy.flatMap(({ uses }) => someOf(usersOf(uses), 0)), ...someOf(all, 0.15)])];
  bundles = await bundleFunctions(functions, join(folder, 'all'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const heavy: readonly { readonly input: RegExp; readonly uses: readonly Use[] }[] = [
  { input: /^node_modules\/mysql2\//, uses: ['mysql'] },
  { input: /^node_modules\/mongodb\//, uses: ['mongo'] },
  { input: /^node_modules\/@upstash\//, uses: ['redis'] },
  { input: /^node_modules\/@aws-sdk\/client-sqs\//, uses: ['queues', 'deadLetters'] },
  {
    input: /^node_modules\/@aws-sdk\/(client-dynamodb|lib-dynamodb)\//,
    uses: ['sessions', 'live', 'deliveries', 'quotas'],
  },
  { input: /^node_modules\/@aws-sdk\/client-ecs\//, uses: ['containers'] },
  {
    input: /^node_modules\/(@aws-sdk|@smithy)\//,
    uses: ['sessions', 'queues', 'deadLetters', 'live', 'deliveries', 'quotas', 'sockets', 'containers'],
  },
  { input: /^node_modules\/openai\//, uses: ['openai'] },
  { input: /^node_modules\/jose\//, uses: ['sessions', 'secrets'] },
];

test('a bundle has the certificates of RDS beside it when it connects to MySQL, and else not', () => {
  const connecting = functions.filter(({ declaration }) => usesOf(declaration).includes('mysql'));
  expect(connecting.length).toBeGreaterThan(0);
  const having = functions.filter(({ id }) => existsSync(join(folder, 'all', id, rdsCertificatesFile)));
  expect(having.map(({ id }) => id)).toEqual(connecting.map(({ id }) => id));
});

test("AWS's client for DynamoDB lies beside each bundle that may ask it, and can be loaded there", async () => {
  const asking = bundles.filter((bundle) =>
    readFileSync(join(bundle.folder, 'index.js'), 'utf8').includes('./dynamo-sdk.js'),
  );
  expect(asking.length).toBeGreaterThan(0);
  const files = asking.map((bundle) => join(bundle.folder, 'dynamo-sdk.js'));
  const script = `for (const file of ${JSON.stringify(files)}) console.log(typeof require(file).GetCommand);`;
  expect((await inNode(script)).trim().split('\n')).toEqual(files.map(() => 'function'));
});

/** What a bundle holds although its function does not use it. */
function stowaways({ inputs }: Bundle, { declaration }: DiscoveredFunction): string[] {
  const uses = usesOf(declaration);
  const forbidden = heavy.filter((rule) => !rule.uses.some((use) => uses.includes(use)));
  return Object.keys(inputs).filter((path) => forbidden.some(({ input }) => input.test(path)));
}

/** Function files for one test, found and bundled like the project's own. */
async function plant(name: string, files: Readonly<Record<string, string>>) {
  const planted = join(folder, name, 'functions');
  mkdirSync(join(planted, 'planted'), { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(planted, 'planted', file), text);
  const found = await discover(planted);
  return { found, bundled: await bundleFunctions(found, join(folder, name, 'out')) };
}

async function inNode(script: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env });
  return stdout;
}

test('a bundle holds a heavy library only when its function uses it', () => {
  expect(bundles).toHaveLength(functions.length);
  const found = bundles.flatMap((bundle, index) => {
    const of = functions[index];
    return of ? stowaways(bundle, of).map((path) => `${bundle.id}: ${path}`) : [];
  });
  expect(found).toEqual([]);
});

/** What a cold start may read at most, in KB, by the heaviest thing that its function uses. */
const budgets: readonly { readonly uses: readonly Use[]; readonly kb: number }[] = [
  { uses: ['openai', 'github'], kb: 2_600 },
  { uses: ['mongo'], kb: 2_100 },
  { uses: ['queues', 'deadLetters', 'containers', 'apiDescription'], kb: 1_650 },
  { uses: ['mysql', 'sockets'], kb: 800 },
  { uses: ['redis'], kb: 400 },
  { uses: [], kb: 160 },
];

test('a cold start reads no more than what its function uses allows', () => {
  const over = bundles.flatMap(({ id, bytes }, index) => {
    const uses = functions[index] ? usesOf(functions[index].declaration) : [];
    const kb = budgets.find((budget) => budget.uses.length === 0 || budget.uses.some((use) => uses.includes(use)))?.kb;
    return bytes > (kb ?? 0) * 1024 ? [`${id}: ${Math.round(bytes / 1024)} of ${kb} KB`] : [];
  });
  expect(over).toEqual([]);
});

test('each heavy library is found where it is used, so that the rule above looks at what is there', () => {
  for (const { input } of heavy)
    expect(bundles.some(({ inputs }) => Object.keys(inputs).some((path) => input.test(path)))).toBe(true);
});

test('a function that imports a driver by itself is caught', async () => {
  const { found, bundled } = await plant('driver', {
    'sneak.schedule.ts': `
      import { createConnection } from '${project}/node_modules/mysql2/promise.js';
      import { schedule } from '${project}/lib/kernel/lambda/schedule.ts';
      export const handler = schedule({ everyMinutes: 1, summary: 'x', run: async () => void (await createConnection('')) });`,
  });
  const [bundle, of] = [bundled[0], found[0]];
  expect(bundle && of && stowaways(bundle, of)).toContain('node_modules/mysql2/promise.js');
});

/** Lambda has it before it loads a function. */
const awslambda = 'globalThis.awslambda = { streamifyResponse: (handler) => handler };';

test('every bundle is ready under an empty environment and opens nothing', async () => {
  const files = bundles.map((bundle) => join(bundle.folder, 'index.js'));
  const script = `${awslambda} for (const file of ${JSON.stringify(files)}) console.log(typeof require(file).handler);`;
  expect((await inNode(script)).trim().split('\n')).toEqual(files.map(() => 'function'));
});

test('builtins are required, never imported', () => {
  const found = bundles.flatMap(({ id, folder }) => {
    const text = readFileSync(join(folder, 'index.js'), 'utf8');
    // In backticks a message speaks of it.
    return [...text.matchAll(/(?<!`)\bimport\s*\(\s*["'`]|\bimport\.meta\b|^import\b/gm)].map(
      ([what]) => `${id}: ${what}`,
    );
  });
  expect(found).toEqual([]);
});

test('a service that the function does not declare is refused with its name', async () => {
  const { bundled } = await plant('undeclared', {
    'reach.schedule.ts': `
      import { currentRuntime } from '${project}/lib/kernel/lambda/runtime.ts';
      import { schedule } from '${project}/lib/kernel/lambda/schedule.ts';
      export const handler = schedule({ everyMinutes: 1, summary: 'x', run: async () => void (await currentRuntime().services(['mongo'])) });`,
  });
  const call = `require(${JSON.stringify(join(bundled[0]?.folder ?? '', 'index.js'))})
    .handler({}, { functionName: 'mcp-local-reach', getRemainingTimeInMillis: () => 9999 }).catch((error) => console.log(String(error)))`;
  const env = { MONGODB_URI: 'mongodb://127.0.0.1:1/x' };
  expect(await inNode(call, env)).toContain('mongo: the function does not declare this in uses');
});

test("a stream is wrapped for Lambda's response streaming, nothing else is", async () => {
  const { bundled } = await plant('streams', {
    'tick.stream.ts': `
      import { stream } from '${project}/lib/kernel/http/stream.ts';
      export const handler = stream({ route: 'GET /tick', summary: 'x', permission: 'public', limit: 'off', produces: 'text/plain', run: async function* () { yield 'x'; } });`,
    'plain.schedule.ts': `
      import { schedule } from '${project}/lib/kernel/lambda/schedule.ts';
      export const handler = schedule({ everyMinutes: 1, summary: 'x', run: async () => undefined });`,
  });
  const files = bundled.map((bundle) => join(bundle.folder, 'index.js'));
  const script = `globalThis.awslambda = { streamifyResponse: () => 'streamified' };
    for (const file of ${JSON.stringify(files)}) console.log(typeof require(file).handler);`;
  expect((await inNode(script)).trim().split('\n')).toEqual(['function', 'string']);
});

test('a mistake in a function is one error that names the file', async () => {
  const broken = Object.assign({}, functions[0], { file: 'functions/nowhere.ts' });
  await expect(bundleFunctions([broken], join(folder, 'broken'))).rejects.toThrow('functions/nowhere.ts');
});

test('what a function needs is what it declares and what the kernel needs to serve it', () => {
  const needed = Object.fromEntries(all.map(({ id, declaration }) => [id, usesOf(declaration)]));
  expect(needed).toMatchObject({
    'create-tool': expect.arrayContaining(['mysql', 'queues', 'redis', 'sessions']) as string[],
    'get-liveness': [],
    'relay-changes': expect.arrayContaining(['queues']) as string[],
  });
});
