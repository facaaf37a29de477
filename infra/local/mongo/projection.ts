import { mongoError, notSupported } from './errors.ts';
import { checkExpression, evaluate, isTruthy } from './expressions.ts';
import { isNumeric } from './numbers.ts';
import { type Doc, isDoc } from './values.ts';

type Tree = Map<string, Tree | true>;
export type Reshape = (doc: Doc) => Doc;

interface Spec {
  readonly included: string[];
  readonly excluded: string[];
  readonly computed: [path: string, expr: unknown][];
  excludesId: boolean;
}

function readField(spec: Spec, path: string, value: unknown): void {
  if (path.includes('$')) throw notSupported('a positional projection');
  if (isNumeric(value) || typeof value === 'boolean') {
    if (path === '_id' && !isTruthy(value)) spec.excludesId = true;
    else (isTruthy(value) ? spec.included : spec.excluded).push(path);
    return;
  }
  const [name] = isDoc(value) ? Object.keys(value) : ['$'];
  if (name === undefined)
    throw mongoError(51_270, 'An empty sub-projection is not a valid value. Found empty object at path');
  if (!name.startsWith('$')) throw notSupported('a projection inside a projection; write "a.b" instead');
  checkExpression(value);
  spec.computed.push([path, value]);
}

function treeOf(paths: readonly string[]): Tree {
  const root: Tree = new Map();
  for (const path of paths) {
    const parts = path.split('.');
    if (parts.includes('')) throw mongoError(15_998, 'FieldPath field names may not be empty strings.');
    let node = root;
    for (const [i, part] of parts.entries()) {
      const known = node.get(part);
      const last = i === parts.length - 1;
      if (known === true || (known && last)) throw mongoError(31_249, `Path collision at ${path}`);
      const next: Tree = known ?? new Map();
      node.set(part, last ? true : next);
      node = next;
    }
  }
  return root;
}

function keep(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value))
    return value.filter((item) => isDoc(item) || Array.isArray(item)).map((item) => keep(item, tree));
  if (!isDoc(value)) return undefined;
  const kept: Doc = {};
  for (const [key, field] of Object.entries(value)) {
    const below = tree.get(key);
    const inner = below === true || below === undefined ? field : keep(field, below);
    if (below && inner !== undefined) kept[key] = inner;
  }
  return kept;
}

function omit(value: unknown, tree: Tree): unknown {
  if (Array.isArray(value)) return value.map((item) => omit(item, tree));
  if (!isDoc(value)) return value;
  const kept: Doc = {};
  for (const [key, field] of Object.entries(value)) {
    const below = tree.get(key);
    if (below !== true) kept[key] = below ? omit(field, below) : field;
  }
  return kept;
}

/** A copy with the value at the path; arrays on the way take it into each of their documents. */
export function withField(holder: unknown, parts: readonly string[], value: unknown): unknown {
  const [part, ...rest] = parts;
  if (part === undefined) return value;
  if (Array.isArray(holder)) return holder.map((item) => withField(item, parts, value));
  if (value === undefined) return holder;
  const doc: Doc = isDoc(holder) ? holder : {};
  return { ...doc, [part]: withField(doc[part], rest, value) };
}

/** Compiles a projection. Fields keep the document's order; computed ones follow in the projection's. */
export function compileProjection(projection: Doc): Reshape {
  const spec: Spec = { included: [], excluded: [], computed: [], excludesId: false };
  for (const [path, value] of Object.entries(projection)) readField(spec, path, value);
  const { included, excluded, computed, excludesId } = spec;
  const names = [...included, ...computed.map(([path]) => path)];
  const inclusive = names.length > 0;
  const [exclusion] = excluded;
  const inclusion = names.find((path) => path !== '_id');
  if (exclusion !== undefined && inclusion !== undefined)
    throw isTruthy(Object.entries(projection).find(([path]) => path !== '_id')?.[1])
      ? mongoError(31_254, `Cannot do exclusion on field ${exclusion} in inclusion projection`)
      : mongoError(31_253, `Cannot do inclusion on field ${inclusion} in exclusion projection`);
  treeOf([...names, ...excluded]);
  const kept = new Set(included);
  if (inclusive && !excludesId && !computed.some(([path]) => path === '_id')) kept.add('_id');
  const tree = treeOf(inclusive ? [...kept] : excludesId ? [...excluded, '_id'] : excluded);
  return (doc) => {
    let shaped: unknown = inclusive ? keep(doc, tree) : omit(doc, tree);
    for (const [path, expr] of computed) shaped = withField(shaped, path.split('.'), evaluate(expr, doc));
    return shaped as Doc;
  };
}
