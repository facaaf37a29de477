import { mongoError, notSupported } from './errors.ts';
import { checkExpression, evaluate, isTruthy } from './expressions.ts';
import { isNumeric } from './numbers.ts';
import { type Doc, isDoc } from './values.ts';

type Tree = Map<string, Tree | true>;
type Compute = (doc: Doc) => unknown;
export type Reshape = (doc: Doc) => Doc;

interface Spec {
  included: string[];
  excluded: string[];
  computed: [path: string, compute: Compute][];
  idExcluded: boolean;
  /** The paths that include or exclude, as they were given. */
  order: string[];
}

/** What `find` alone knows, and answers otherwise than an expression would. */
const findOnly = new Set(['$elemMatch', '$slice', '$meta']);

function readField(spec: Spec, path: string, value: unknown, variables: Doc): void {
  if (path.includes('$')) throw notSupported('a positional projection');
  if (isNumeric(value) || typeof value === 'boolean') {
    if (path === '_id' && !isTruthy(value)) spec.idExcluded = true;
    else {
      (isTruthy(value) ? spec.included : spec.excluded).push(path);
      if (path !== '_id') spec.order.push(path);
    }
    return;
  }
  const name = isDoc(value) ? Object.keys(value)[0] : undefined;
  if (isDoc(value) && name === undefined)
    throw mongoError(51_270, 'An empty sub-projection is not a valid value. Found empty object at path');
  if (name !== undefined && findOnly.has(name)) throw notSupported(`the projection ${name}`);
  if (isDoc(value) && name !== undefined && !name.startsWith('$')) {
    for (const [inner, field] of Object.entries(value)) readField(spec, `${path}.${inner}`, field, variables);
    return;
  }
  checkExpression(value);
  spec.computed.push([path, (doc) => evaluate(value, doc, variables)]);
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
  if (value === undefined && !(isDoc(holder) && Object.hasOwn(holder, part))) return holder;
  const doc: Doc = isDoc(holder) ? { ...holder } : {};
  const field = withField(doc[part], rest, value);
  if (field === undefined) delete doc[part];
  else doc[part] = field;
  return doc;
}

/** The first field other than _id decides what a projection does. */
function refuseMixture({ included, computed, excluded, order }: Spec): void {
  const [exclusion] = excluded;
  const inclusion = [...included, ...computed.map(([path]) => path)].find((path) => path !== '_id');
  if (exclusion === undefined || inclusion === undefined) return;
  throw order[0] === exclusion
    ? mongoError(31_253, `Cannot do inclusion on field ${inclusion} in exclusion projection`)
    : mongoError(31_254, `Cannot do exclusion on field ${exclusion} in inclusion projection`);
}

/** Compiles a projection. Fields keep the document's order; computed ones follow in the projection's. */
export function compileProjection(projection: Doc, variables: Doc = {}): Reshape {
  const spec: Spec = { included: [], excluded: [], computed: [], idExcluded: false, order: [] };
  for (const [path, value] of Object.entries(projection)) readField(spec, path, value, variables);
  refuseMixture(spec);
  const { included, excluded, computed, idExcluded } = spec;
  treeOf([...included, ...excluded, ...computed.map(([path]) => path)]);
  const inclusive = included.length + computed.length > 0;
  const kept = new Set(included);
  if (inclusive && !idExcluded && !computed.some(([path]) => path === '_id')) kept.add('_id');
  const tree = treeOf(inclusive ? [...kept] : idExcluded ? [...excluded, '_id'] : excluded);
  return (doc) => {
    let shaped: unknown = inclusive ? keep(doc, tree) : omit(doc, tree);
    for (const [path, compute] of computed) shaped = withField(shaped, path.split('.'), compute(doc));
    return shaped as Doc;
  };
}

function flattened(fields: Doc, prefix = ''): [path: string, value: unknown][] {
  return Object.entries(fields).flatMap(([key, value]): [string, unknown][] => {
    const names = isDoc(value) ? Object.keys(value) : [];
    const nested = names.length > 0 && !names[0]?.startsWith('$');
    return nested ? flattened(value as Doc, `${prefix}${key}.`) : [[prefix + key, value]];
  });
}

/** Compiles `$addFields` and `$set`. */
export function compileAddFields(fields: Doc, variables: Doc): Reshape {
  const changes = flattened(fields);
  treeOf(changes.map(([path]) => path));
  for (const [, value] of changes) checkExpression(value);
  return (doc) =>
    changes.reduce<unknown>(
      (shaped, [path, value]) => withField(shaped, path.split('.'), evaluate(value, doc, variables)),
      doc,
    ) as Doc;
}
