import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { apiDescriptionOf } from './api-description.ts';
import { discover } from './discover.ts';

/** What mcpp calls; a new call is added here, and `npm run generate` makes its types. */
const calls: readonly (readonly [method: string, path: string])[] = [
  ['post', '/api/v1/auth/login'],
  ['post', '/api/v1/auth/logout'],
  ['post', '/api/v1/auth/api-keys'],
  ['delete', '/api/v1/auth/api-keys/{key_id}'],
  ['get', '/api/v1/auth/me'],
  ['post', '/oauth/device_authorization'],
  ['post', '/oauth/token'],
  ['get', '/health'],
  ['get', '/api/v1/mcps/{tool_id}'],
  ['get', '/api/v1/mcps/{tool_id}/export'],
  ['post', '/api/v1/mcps/import'],
  ['post', '/api/v1/deployments'],
  ['get', '/api/v1/deployments'],
  ['get', '/api/v1/deployments/{deployment_id}'],
  ['get', '/api/v1/deployments/{deployment_id}/logs'],
  ['get', '/mcp/{slug}/v1/tools'],
  ['post', '/mcp/{slug}/v1/tools/{tool}'],
  ['post', '/api/v1/analyze/feasibility'],
  ['post', '/api/v1/analyze/improvements'],
  ['get', '/api/v1/tasks/{task_id}'],
  ['post', '/api/v1/knowledge/search'],
  ['get', '/api/v1/usage'],
];

const cliTypesFile = fileURLToPath(new URL('cli/api.d.ts', import.meta.url));
const formatter = fileURLToPath(new URL('../node_modules/oxfmt/bin/oxfmt', import.meta.url));
const generators = fileURLToPath(new URL('../test/generators/', import.meta.url));

interface Operation {
  readonly parameters?: readonly { readonly in: string }[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}
interface Document {
  readonly openapi: string;
  readonly info: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** As much of the API's description as mcpp needs: its calls, what they take, and their answers when all is well. */
async function describeCalls(): Promise<Document> {
  const { openapi, info, ...whole } = (await apiDescriptionOf(await discover(), '').openapi()) as unknown as Document;
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [method, path] of calls) {
    const operation = whole.paths[path]?.[method];
    if (!operation) throw new Error(`infra/cli-types.ts: the API has no ${method.toUpperCase()} ${path}.`);
    paths[path] = { ...paths[path], [method]: withoutRefusals(operation) };
  }
  const described = { openapi, info, paths, components: { schemas: namedIn(paths, whole.components.schemas) } };
  return JSON.parse(JSON.stringify(described, onlyTypes)) as Document;
}

/** What says something about values, and nothing about their types. */
const remarks = new Set([
  'description',
  'summary',
  'example',
  'examples',
  'default',
  'format',
  'deprecated',
  'pattern',
]);

/** A member of an object may have such a name, too: then it is a schema. */
function onlyTypes(name: string, value: unknown): unknown {
  return remarks.has(name) && (typeof value !== 'object' || Array.isArray(value)) ? undefined : value;
}

function withoutRefusals({ parameters = [], requestBody, responses }: Operation): Operation {
  const well = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  return {
    parameters: parameters.filter((parameter) => parameter.in !== 'header'),
    ...(requestBody && { requestBody }),
    responses: Object.fromEntries(well.map(([status, { content }]) => [status, { ...(content && { content }) }])),
  };
}

/** The schemas that are named in something, and in each other. */
function namedIn(start: object, schemas: Document['components']['schemas']): Record<string, object> {
  const found: Record<string, object> = {};
  const waiting: object[] = [start];
  for (let next = waiting.pop(); next; next = waiting.pop())
    for (const [, name = ''] of JSON.stringify(next).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      const schema = schemas[name];
      if (!schema || name in found) continue;
      found[name] = schema;
      waiting.push(schema);
    }
  return Object.fromEntries(Object.entries(found).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The first line of the file: the types are of this description. */
function headOf(document: Document): string {
  const hash = createHash('sha256').update(JSON.stringify(document)).digest('base64url');
  return `/* The API as mcpp calls it, made from its description (${hash}) by \`npm run generate\`. */`;
}

/** Whether the file is of today's description. */
export async function areCliTypesCurrent(): Promise<boolean> {
  const text = await readFile(cliTypesFile, 'utf8');
  return text.startsWith(`${headOf(await describeCalls())}\n`);
}

/** @throws Error with what the generator says. */
export async function writeCliTypes(): Promise<void> {
  const document = await describeCalls();
  const folder = await mkdtemp(join(tmpdir(), 'cli-types-'));
  try {
    const source = join(folder, 'openapi.json');
    await writeFile(source, JSON.stringify(document));
    const program = join(generators, 'node_modules/openapi-typescript/bin/cli.js');
    const options = ['--alphabetize', '--default-non-nullable=false'];
    // npm lays the generator beside the project's own TypeScript, which has no API for it.
    const env = { ...process.env, NODE_OPTIONS: `--import ${join(generators, 'resolve-typescript.mjs')}` };
    const made = await promisify(execFile)(process.execPath, [program, source, ...options], {
      env,
      maxBuffer: 10_000_000,
    });
    await writeFile(cliTypesFile, `${headOf(document)}\n${withoutNothing(made.stdout)}`);
    await promisify(execFile)(process.execPath, [formatter, cliTypesFile]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The generator also says what there is not. */
function withoutNothing(types: string): string {
  return types
    .replaceAll(/^ *\/\*\*[^]*?\*\/\n/gm, '')
    .replaceAll(/^ *\w+\??: never;\n/gm, '')
    .replaceAll(/^ *headers: \{\n.*\n *\};\n/gm, '')
    .replaceAll(/^ *parameters: \{\n *\};\n/gm, '')
    .replaceAll(/^export (type|interface operations).*;\n/gm, '');
}
