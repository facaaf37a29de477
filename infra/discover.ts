import { readdirSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Declaration, Handler } from '../lib/kernel/lambda/declaration.ts';

const functionsFolder = fileURLToPath(new URL('../functions', import.meta.url));

export type Kind = Declaration['kind'];

/** One function file: what it declared and what runs it. */
export interface DiscoveredFunction<D extends Declaration = Declaration> {
  /** The file's name without its suffix: operationId, Lambda name, log name. */
  readonly id: string;
  /** Folder under functions/: the tag in the documentation. */
  readonly subject: string;
  /** Path from the project's root. */
  readonly file: string;
  readonly declaration: D;
  readonly handler: Handler<D>;
}

/** Those of one kind. */
export function ofKind<K extends Kind>(functions: readonly DiscoveredFunction[], kind: K) {
  return functions.filter(
    (f): f is DiscoveredFunction<Extract<Declaration, { kind: K }>> => f.declaration.kind === kind,
  );
}

/**
 * Imports every function file of `folder`'s subjects and checks what a reader of the declarations relies on.
 * @throws Error that lists every file that breaks a rule: suffix ≠ kind, no handler, a name or a route taken twice.
 */
export async function discover(folder: string = functionsFolder): Promise<DiscoveredFunction[]> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    // A folder below a subject's holds what its functions serve.
    .filter((file) => file.endsWith('.ts') && file.split(sep).length <= 2)
    .toSorted();
  const wrong: string[] = [];
  const found: DiscoveredFunction[] = [];
  for (const file of files) {
    const module = (await import(pathToFileURL(join(folder, file)).href)) as { handler?: Handler };
    const [id = '', suffix = 'endpoint'] = basename(file, '.ts').split('.');
    const declaration = module.handler?.declaration;
    if (!module.handler || !declaration) {
      wrong.push(`${file}: exports no declared handler`);
      continue;
    }
    if (declaration.kind !== suffix) wrong.push(`${file}: declares a ${declaration.kind}, its name says ${suffix}`);
    found.push({
      id,
      subject: dirname(file),
      file: relative(join(functionsFolder, '..'), join(folder, file)),
      declaration,
      handler: module.handler,
    });
  }
  wrong.push(...repeated(found, (f) => f.id, 'name'), ...repeated(found, claimOf, 'place'));
  if (wrong.length > 0) throw new Error(`functions/:\n  ${wrong.join('\n  ')}`);
  return found;
}

/** What only one function may hold: a route's shape, a queue, a socket route. */
function claimOf({ declaration }: DiscoveredFunction): string | undefined {
  switch (declaration.kind) {
    case 'endpoint':
    case 'stream':
      return declaration.route.replace(/\{[^}]+\}/g, '{}');
    case 'worker':
      return `queue ${declaration.queue}`;
    case 'socket':
      return declaration.socketRoute;
    case 'schedule':
    case 'event':
    case 'command':
      return undefined;
  }
}

function repeated(
  found: readonly DiscoveredFunction[],
  key: (f: DiscoveredFunction) => string | undefined,
  what: string,
): string[] {
  const first = new Map<string, string>();
  return found.flatMap((f) => {
    const value = key(f);
    if (value === undefined) return [];
    const holder = first.get(value);
    if (holder === undefined) first.set(value, f.file);
    return holder === undefined ? [] : [`${f.file}: the ${what} ${value} is taken by ${holder}`];
  });
}
