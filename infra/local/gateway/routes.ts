import type { Route } from '../../../lib/kernel/lambda/declaration.ts';

/** One path of the API with what answers each method on it. */
export interface Resource<T> {
  readonly path: string;
  readonly methods: Map<string, T>;
}

export interface RouteMatch<T> {
  readonly resource: Resource<T>;
  /** Decoded once; null when the path has no parameters. */
  readonly params: Record<string, string> | null;
}

interface Branch<T> {
  readonly fixed: Map<string, Branch<T>>;
  parameter: { readonly name: string; readonly branch: Branch<T> } | undefined;
  greedy: { readonly name: string; readonly resource: Resource<T> } | undefined;
  resource: Resource<T> | undefined;
}

/**
 * The resource tree of a REST API. A fixed segment goes before a parameter and that before a greedy one; segments are split before they
 * are decoded, so `%2F` stays inside its segment. The resource is chosen by the path alone, whatever methods it has.
 */
export class RouteTree<T> {
  readonly #root: Branch<T> = branch();

  /** @throws Error when API Gateway would refuse it: another parameter name at the same place, a greedy one in the middle, a repetition. */
  add(route: Route, target: T): void {
    const [method = '', path = ''] = route.split(' ');
    const resource = this.#resourceAt(path);
    if (resource.methods.has(method)) throw new Error(`${route} is declared twice.`);
    resource.methods.set(method, target);
  }

  /** @throws URIError when a parameter is not percent-encoded UTF-8. */
  find(path: string): RouteMatch<T> | undefined {
    const values: [string, string][] = [];
    const resource = search(this.#root, path.split('/'), 1, values);
    if (resource === undefined) return undefined;
    if (values.length === 0) return { resource, params: null };
    return { resource, params: Object.fromEntries(values.map(([name, raw]) => [name, decodeURIComponent(raw)])) };
  }

  #resourceAt(path: string): Resource<T> {
    const segments = path.split('/').slice(1);
    let at = this.#root;
    for (const [index, segment] of segments.entries()) {
      const [, name, plus] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? [];
      if (name === undefined) at = fixedChild(at, segment);
      else if (plus === '') at = parameterChild(at, name, path);
      else if (index < segments.length - 1) throw new Error(`${path}: {${name}+} stands in the middle.`);
      else return (at.greedy ??= { name, resource: { path, methods: new Map() } }).resource;
    }
    return (at.resource ??= { path, methods: new Map() });
  }
}

function branch<T>(): Branch<T> {
  return { fixed: new Map(), parameter: undefined, greedy: undefined, resource: undefined };
}

function fixedChild<T>(at: Branch<T>, segment: string): Branch<T> {
  const known = at.fixed.get(segment);
  if (known !== undefined) return known;
  const fresh = branch<T>();
  at.fixed.set(segment, fresh);
  return fresh;
}

function parameterChild<T>(at: Branch<T>, name: string, path: string): Branch<T> {
  at.parameter ??= { name, branch: branch() };
  if (at.parameter.name !== name)
    throw new Error(`${path}: {${name}} is called {${at.parameter.name}} in another route; a REST API takes one name.`);
  return at.parameter.branch;
}

function search<T>(
  at: Branch<T>,
  segments: readonly string[],
  index: number,
  values: [string, string][],
): Resource<T> | undefined {
  const segment = segments[index];
  if (segment === undefined) return at.resource;
  const next = at.fixed.get(segment);
  const found = next && search(next, segments, index + 1, values);
  if (found !== undefined) return found;
  if (at.parameter !== undefined && segment !== '') {
    values.push([at.parameter.name, segment]);
    const below = search(at.parameter.branch, segments, index + 1, values);
    if (below !== undefined) return below;
    values.pop();
  }
  const rest = segments.slice(index).join('/');
  if (at.greedy === undefined || rest === '') return undefined;
  values.push([at.greedy.name, rest]);
  return at.greedy.resource;
}
