import { mongoError } from './errors.ts';
import { evaluate, isTruthy } from './expressions.ts';
import { compileItemTest } from './match.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { fieldAt } from './paths.ts';
import { positionOf } from './update-paths.ts';
import { type Doc, isDoc } from './values.ts';

type Tree = Map<string, Tree | true>;
type Compute = (doc: Doc, score: number) => unknown;
export type Reshape = (doc: Doc, score?: number) => Doc;

interface Spec {
  included: string[];
  excluded: string[];
  computed: [path: string, compute: Compute][];
  // These two say nothing of which other fields stay.
  slices: [path: string, compute: Compute][];
  scores: [path: string, compute: Compute][];
  elements: [path: string, compute: Compute][];
  idExcluded: boolean;
  /** The paths that include or exclude, as they were given. */
  order: string[];
}

function slice(path: string, operand: unknown): Compute {
  const [first, second] = (Array.isArray(operand) ? operand : [operand]).map((item: unknown) =>
    isNumeric(item) ? toDouble(item) : Number.NaN,
  );
  if (first === undefined || Number.isNaN(first) || Number.isNaN(second ?? 0))
    throw mongoError(28_667, 'Invalid $slice syntax');
  return (doc) => {
    const items = fieldAt(doc, path.split('.'));
    if (!Array.isArray(items)) return items;
    if (second === undefined) return first < 0 ? items.slice(first) : items.slice(0, first);
    const start = first < 0 ? Math.max(0, items.length + first) : first;
    return items.slice(start, start + second);
  };
}

function elemMatch(path: string, operand: unknown): Compute {
  const test = compileItemTest(operand);
  return (doc) => {
    const items = fieldAt(doc, path.split('.'));
    const item: unknown = Array.isArray(items) ? items.find((item) => test(item)) : undefined;
    return item === undefined ? undefined : [item];
  };
}

function positional(path: string, filter: Doc): Compute {
  return (doc) => {
    const items = fieldAt(doc, path.split('.'));
    if (!Array.isArray(items)) return items;
    const position = positionOf(doc, path.split('.'), filter);
    if (position === undefined) {
      throw mongoError(
        51_246,
        "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
      );
    }
    return [items[position]];
  };
}

function meta(operand: unknown): Compute {
  if (operand !== 'textScore') throw mongoError(17_308, `Unsupported $meta field name: ${String(operand)}`);
  return (_, score) => score;
}

function readField(spec: Spec, path: string, value: unknown, filter: Doc | undefined, variables: Doc): void {
  if (isNumeric(value) || typeof value === 'boolean') {
    if (path === '_id' && !isTruthy(value)) spec.idExcluded = true;
    else if (path.endsWith('.$') && filter)
      spec.elements.push([path.slice(0, -2), positional(path.slice(0, -2), filter)]);
    else {
      (isTruthy(value) ? spec.included : spec.excluded).push(path);
      if (path !== '_id') spec.order.push(path);
    }
    return;
  }
  const name = isDoc(value) ? Object.keys(value)[0] : undefined;
  if (isDoc(value) && name !== undefined) {
    if (name === '$meta') return void (filter ? spec.scores : spec.computed).push([path, meta(value[name])]);
    if (filter && name === '$elemMatch') return void spec.elements.push([path, elemMatch(path, value[name])]);
    if (
      filter &&
      name === '$slice' &&
      (isNumeric(value[name]) || (Array.isArray(value[name]) && value[name].every(isNumeric)))
    ) {
      return void spec.slices.push([path, slice(path, value[name])]);
    }
    if (!name.startsWith('$')) {
      for (const [inner, field] of Object.entries(value)) readField(spec, `${path}.${inner}`, field, filter, variables);
      return;
    }
  }
  if (isDoc(value) && name === undefined)
    throw mongoError(51_270, 'An empty sub-projection is not a valid value. Found empty object at path');
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
function refuseMixture({ included, computed, elements, excluded, order }: Spec): void {
  const [exclusion] = excluded;
  const inclusion = [...included, ...computed.map(([path]) => path), ...elements.map(([path]) => path)].find(
    (path) => path !== '_id',
  );
  if (exclusion === undefined || inclusion === undefined) return;
  throw order[0] === exclusion
    ? mongoError(31_253, `Cannot do inclusion on field ${inclusion} in exclusion projection`)
    : mongoError(31_254, `Cannot do exclusion on field ${exclusion} in inclusion projection`);
}

/**
 * Compiles a projection of `find` (with its filter, for `.$`) or of `$project` (without).
 * Fields keep the document's order; computed ones follow in the projection's.
 */
export function compileProjection(projection: Doc, filter?: Doc, variables: Doc = {}): Reshape {
  const spec: Spec = {
    included: [],
    excluded: [],
    computed: [],
    slices: [],
    scores: [],
    elements: [],
    idExcluded: false,
    order: [],
  };
  for (const [path, value] of Object.entries(projection)) readField(spec, path, value, filter, variables);
  refuseMixture(spec);
  const { included, excluded, computed, slices, scores, elements, idExcluded } = spec;
  treeOf([...included, ...excluded, ...computed.map(([path]) => path), ...elements.map(([path]) => path)]);
  const inclusive = included.length + computed.length + elements.length > 0;
  const kept = new Set(inclusive ? [...included, ...[...elements, ...slices].map(([path]) => path)] : []);
  if (inclusive && !idExcluded && !computed.some(([path]) => path === '_id')) kept.add('_id');
  const gone = idExcluded ? [...excluded, '_id'] : excluded;
  const tree = treeOf(inclusive ? [...kept] : gone);
  const changes = [...elements, ...slices, ...scores, ...computed];
  return (doc, score = 0) => {
    let shaped: unknown = inclusive ? keep(doc, tree) : omit(doc, tree);
    for (const [path, compute] of changes) shaped = withField(shaped, path.split('.'), compute(doc, score));
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
  return (doc, score = 0) => {
    let shaped: unknown = doc;
    for (const [path, value] of changes) {
      const isScore = isDoc(value) && value['$meta'] === 'textScore';
      shaped = withField(shaped, path.split('.'), isScore ? score : evaluate(value, doc, variables));
    }
    return shaped as Doc;
  };
}
