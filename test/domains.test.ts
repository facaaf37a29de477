import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/* The linter knows files; that no domain calls another in a circle is checked here. */

const lib = fileURLToPath(new URL('../lib', import.meta.url));
const outside = new Set(['kernel', 'adapters']);

function dependenciesOf(domain: string): Set<string> {
  const files = readdirSync(join(lib, domain), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const imported = files.flatMap((file) =>
    [...readFileSync(join(lib, domain, file), 'utf8').matchAll(/from '\.\.\/([a-z-]+)\//g)].map(
      (match) => match[1] ?? '',
    ),
  );
  return new Set(imported.filter((name) => name !== domain && !outside.has(name)));
}

/** The first circle on the way from `domain`, as a path; undefined when there is none. */
export function circleFrom(
  domain: string,
  dependencies: ReadonlyMap<string, ReadonlySet<string>>,
  path: readonly string[] = [],
): string | undefined {
  if (path.includes(domain)) return [...path, domain].join(' → ');
  for (const next of dependencies.get(domain) ?? []) {
    const circle = circleFrom(next, dependencies, [...path, domain]);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('domains', () => {
  const domains = readdirSync(lib, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !outside.has(entry.name))
    .map(({ name }) => name);

  it('never call each other in a circle', () => {
    const dependencies = new Map(domains.map((domain) => [domain, dependenciesOf(domain)]));
    expect(domains.length).toBeGreaterThan(3);
    expect(domains.map((domain) => circleFrom(domain, dependencies)).filter(Boolean)).toEqual([]);
  });

  it('are seen when they do', () => {
    const planted = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c'])],
      ['c', new Set(['a'])],
    ]);
    expect(circleFrom('a', planted)).toBe('a → b → c → a');
  });
});
