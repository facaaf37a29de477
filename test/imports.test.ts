import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/* The linter leaves type-only imports out; here every import of every file counts. */

const root = fileURLToPath(new URL('..', import.meta.url));
const rooms = ['functions', 'lib', 'events', 'infra'];
const specifier = /(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+\.ts)'/g;

/** File → the files that it imports, as paths from the root. */
function importsOf(files: ReadonlyMap<string, string>): Map<string, Set<string>> {
  return new Map(
    [...files].map(([file, text]) => [
      file,
      new Set([...text.matchAll(specifier)].map(([, path = '']) => normalize(join(dirname(file), path)))),
    ]),
  );
}

/** Each circle once, as the path that closes it. */
function circles(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node);
    if (at >= 0) return void found.push([...path.slice(at), node].join(' → '));
    if (done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return found;
}

/** The graph of the domains: the first folder below lib, whatever lies between. */
function domainsOf(graph: ReadonlyMap<string, ReadonlySet<string>>): Map<string, Set<string>> {
  const outside = new Set(['kernel', 'adapters', 'uses']);
  const domainOf = (file: string): string | undefined => {
    const [, domain] = /^lib\/([^/]+)\//.exec(file) ?? [];
    return domain === undefined || outside.has(domain) ? undefined : domain;
  };
  const domains = new Map<string, Set<string>>();
  for (const [file, imported] of graph) {
    const domain = domainOf(file);
    if (domain === undefined) continue;
    const known = domains.get(domain) ?? new Set();
    for (const other of imported) {
      const name = domainOf(other);
      if (name !== undefined && name !== domain) known.add(name);
    }
    domains.set(domain, known);
  }
  return domains;
}

describe('imports', () => {
  const files = new Map(
    rooms.flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => [join(room, file), readFileSync(join(root, room, file), 'utf8')] as const),
    ),
  );

  it('never go in a circle, type-only ones included', () => {
    const graph = importsOf(files);
    expect(graph.size).toBeGreaterThan(300);
    expect(circles(graph)).toEqual([]);
  });

  it('never let two domains call each other, however deep their files lie', () => {
    const domains = domainsOf(importsOf(files));
    expect(domains.size).toBeGreaterThan(10);
    expect(circles(domains)).toEqual([]);
  });

  it('are seen when they do', () => {
    const planted = new Map([
      ['lib/a/deep/one.ts', `import type { Two } from '../../b/two.ts';`],
      ['lib/b/two.ts', `export const two = () => import('../a/deep/one.ts');`],
      ['lib/c/three.ts', `import { two } from '../b/two.ts';`],
    ]);
    expect(circles(importsOf(planted))).toEqual(['lib/a/deep/one.ts → lib/b/two.ts → lib/a/deep/one.ts']);
    expect(circles(domainsOf(importsOf(planted)))).toEqual(['a → b → a']);
  });
});
