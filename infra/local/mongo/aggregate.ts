import { Int32 } from 'bson';
import type { Collection } from './collection.ts';
import { mongoError } from './errors.ts';
import { compileGroup } from './group.ts';
import { compileFilter } from './match.ts';
import { isNumeric, toDouble } from './numbers.ts';
import { fieldAt } from './paths.ts';
import { compileProjection, withField } from './projection.ts';
import { type Query, runQuery, window } from './query.ts';
import { parseSort, sortBy } from './sort.ts';
import { type Doc, encode, isDoc } from './values.ts';

/** Runs documents through a stage; lazily where it can. */
type Stage = (docs: Iterable<Doc>) => Iterable<Doc>;

function counting(field: unknown): Stage {
  if (typeof field !== 'string' || field === '' || field.startsWith('$') || field.includes('.'))
    throw mongoError(40_156, "the count field must be a non-empty string without '.' and a leading '$'");
  return (docs) => {
    const n = Iterator.from(docs).reduce((count) => count + 1, 0);
    return n > 0 ? [{ [field]: new Int32(n) }] : [];
  };
}

function unwinding(operand: unknown): Stage {
  const spec: Doc = isDoc(operand) ? operand : { path: operand };
  const { path, ...more } = spec;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) throw mongoError(28_811, `unrecognized option to $unwind stage: ${unknown}`);
  if (typeof path !== 'string') throw mongoError(28_808, 'expected a string as the path for $unwind stage');
  if (!path.startsWith('$'))
    throw mongoError(28_818, `path option to $unwind stage should be prefixed with a '$': ${path}`);
  const parts = path.slice(1).split('.');
  return function* unwind(docs) {
    for (const doc of docs) {
      const items = fieldAt(doc, parts);
      if (Array.isArray(items) && items.length > 0) for (const item of items) yield withField(doc, parts, item) as Doc;
      else if (items !== undefined && items !== null && !Array.isArray(items)) yield doc;
    }
  };
}

function docOperand(name: string, operand: unknown, code: number): Doc {
  if (isDoc(operand) && (name === '$match' || Object.keys(operand).length > 0)) return operand;
  throw mongoError(code, `the operand of ${name} must be an object with at least one field`);
}

function countOperand(name: string, operand: unknown, least: number): number {
  const count = isNumeric(operand) ? toDouble(operand) : Number.NaN;
  if (Number.isInteger(count) && count >= least) return count;
  if (name === '$limit') throw mongoError(count === 0 ? 15_958 : 5_107_201, 'the limit must be positive');
  throw mongoError(5_107_200, `invalid argument to ${name} stage: Expected a non-negative number`);
}

const compilers: Readonly<Record<string, (operand: unknown) => Stage>> = {
  $match: (operand) => {
    const test = compileFilter(docOperand('$match', operand, 15_959));
    return (docs) => Iterator.from(docs).filter(test);
  },
  $sort: (operand) => {
    const sort = parseSort(docOperand('$sort', operand, 15_976));
    return (docs) => sortBy(docs, sort, (doc) => doc);
  },
  $limit: (operand) => {
    const limit = countOperand('$limit', operand, 1);
    return (docs) => window(docs, 0, limit);
  },
  $skip: (operand) => {
    const skip = countOperand('$skip', operand, 0);
    return (docs) => window(docs, skip, 0);
  },
  $project: (operand) => {
    const reshape = compileProjection(docOperand('$project', operand, 51_272));
    return (docs) => Iterator.from(docs).map(reshape);
  },
  $unwind: unwinding,
  $group: compileGroup,
  $count: counting,
};

/** Checks a whole pipeline before anything is read. */
function compilePipeline(pipeline: readonly Doc[]): Stage {
  const stages = pipeline.map((stage) => {
    const [entry, ...more] = Object.entries(stage);
    if (!entry || more.length > 0)
      throw mongoError(40_323, 'A pipeline stage specification object must contain exactly one field.');
    const [name, operand] = entry;
    const compile = Object.hasOwn(compilers, name) ? compilers[name] : undefined;
    if (compile === undefined) throw mongoError(40_324, `Unrecognized pipeline stage name: '${name}'`);
    return compile(operand);
  });
  return (docs) => stages.reduce((flow, stage) => stage(flow), docs);
}

/** Checks a pipeline and runs it lazily; an index may answer the `$match` and `$sort` that it begins with. */
export function aggregate(
  collection: Collection | undefined,
  pipeline: readonly Doc[],
  options: Pick<Query, 'deadline'>,
): Iterable<Uint8Array> {
  compilePipeline(pipeline);
  const rest = [...pipeline];
  const filter = isDoc(rest[0]?.['$match']) ? (rest.shift()?.['$match'] as Doc) : {};
  const sort = rest[0] && '$sort' in rest[0] ? parseSort(rest.shift()?.['$sort']) : [];
  const found = Iterator.from(runQuery(collection, { filter, sort, ...options }));
  return Iterator.from(compilePipeline(rest)(found.map(({ doc }) => doc))).map(encode);
}
